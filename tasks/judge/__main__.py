from tasks.judge import __doc__ as about
from tasks.stage import main

if __name__ == "__main__":
    main("judge", about)
