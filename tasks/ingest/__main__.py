from tasks.stage import main
from tasks.ingest import __doc__ as about

if __name__ == "__main__":
    main("ingest", about)
