import sys

from tasks.incumbent.command import main

if __name__ == "__main__":
    sys.exit(main())
