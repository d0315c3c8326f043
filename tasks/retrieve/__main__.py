from tasks.stage import main
from tasks.retrieve import __doc__ as about

if __name__ == "__main__":
    main("retrieve", about)
