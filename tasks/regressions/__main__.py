import sys

from tasks.regressions.command import main

if __name__ == "__main__":
    sys.exit(main())
