"""A real PostgreSQL for tests, on a free port of loopback and in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# initdb and its kind are in no PATH on Debian, but here
BINS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin")]


class Postgres:
    """One server; `stop` and `start` it as often as you like, its data stay."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://desk:secret@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """An empty database; gives its URL."""
        self.run(f'create database "{name}"')
        return self.url(name)

    def run(self, statement: str) -> None:
        import psycopg

        address = self.url().replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def start(self) -> None:
        # after a crash it would sync a thousand files one by one
        options = (
            f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} "
            "-c recovery_init_sync_method=syncfs"
        )
        self._control("start", "-w", "-o", options, "-l", str(self.folder / "log"))

    def stop(self, mode: str = "fast") -> None:
        """With `immediate` it has no time to write anything, as after a kill -9."""
        self._control("stop", "-w", "-m", mode)

    def _control(self, verb: str, *options: str) -> None:
        run("pg_ctl", verb, "-D", str(self.folder / "data"), *options)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server with the user `desk`; skips where PostgreSQL is not installed."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # not under pytest's own folder, whose path is too long for a socket and closed to others
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Postgres(folder, probe.getsockname()[1])
    if user():
        shutil.chown(folder, user())
    password = folder / "password"
    password.write_text("secret")
    password.chmod(0o644)
    try:
        run(
            "initdb", "-D", str(folder / "data"), "-U", "desk", "--auth=scram-sha-256",
            f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        server.start()
        yield server
    finally:
        if (folder / "data/postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(folder)


def program(name: str) -> str | None:
    return shutil.which(name, path=":".join([*map(str, BINS), os.environ["PATH"]]))


def user() -> str | None:
    """PostgreSQL refuses root: then it runs as the user that its package made, or as nobody."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def run(name: str, *arguments: str) -> None:
    found = program(name)
    assert found
    # the server would inherit a pipe, and keep it open
    error = subprocess.PIPE if name == "initdb" else subprocess.DEVNULL
    done = subprocess.run(
        [found, *arguments], user=user(), cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=error,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, extra_groups=[] if user() else None,
    )  # fmt: skip
    assert done.returncode == 0, f"{name} {arguments}: {done.stderr!r}"
