from tasks.stage import main
from tasks.curate import __doc__ as about

if __name__ == "__main__":
    main("curate", about)
