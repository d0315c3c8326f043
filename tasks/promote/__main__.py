import sys

from tasks.promote.command import main

if __name__ == "__main__":
    sys.exit(main())
