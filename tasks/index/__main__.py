from tasks.stage import main
from tasks.index import __doc__ as about

if __name__ == "__main__":
    main("index", about)
