from tasks.stage import main
from tasks.evaluate import __doc__ as about

if __name__ == "__main__":
    main("evaluate", about)
