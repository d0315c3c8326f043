from tasks.monitor import __doc__ as about
from tasks.stage import main

if __name__ == "__main__":
    main("monitor", about)
