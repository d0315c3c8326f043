from tasks.stage import main
from tasks.validate import __doc__ as about

if __name__ == "__main__":
    main("validate", about)
