from tasks.stage import main
from tasks.sft import __doc__ as about

if __name__ == "__main__":
    main("sft", about)
