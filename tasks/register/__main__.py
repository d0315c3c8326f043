from tasks.stage import main
from tasks.register import __doc__ as about

if __name__ == "__main__":
    main("register", about)
