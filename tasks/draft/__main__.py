from tasks.stage import main
from tasks.draft import __doc__ as about

if __name__ == "__main__":
    main("draft", about)
