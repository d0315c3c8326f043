from tasks.stage import main
from tasks.base import __doc__ as about

if __name__ == "__main__":
    main("base", about)
