"""A desk over a small drafter, in a process of its own that is started again whenever it dies.

    python -m tests.small_desk FOLDER PORT

The supervisor has imported what may be imported before a fork, so that the next desk serves within
a moment. It prints each one's pid, and goes on until it is ended itself.
"""

import os
import sys
from pathlib import Path

import alembic.command  # noqa: F401
import fastapi.testclient  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
import uvicorn
import uvicorn.lifespan.on
import uvicorn.loops.auto
import uvicorn.protocols.http.auto


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    while True:
        child = os.fork()
        if not child:
            serve(folder, port)
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)


def serve(folder: Path, port: int) -> None:
    # polars and numpy start threads on import, which a fork would lose
    from desk.app import create_app
    from tests.desks import make_desk

    uvicorn.run(create_app(make_desk(folder)), port=port, access_log=False, log_level="critical")


if __name__ == "__main__":
    main()
