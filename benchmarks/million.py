"""A million HTML tickets from raw CSV through curate: `python -m benchmarks.million --rows 10000`.

For each number of rows it writes a CSV of generated mails (HTML, signatures, quoted history,
names, addresses, order numbers, some duplicates and macros), runs the stages ingest, validate and
curate as the mill does, each in a process of its own, and prints seconds, the cost a row, and peak
memory: of the stage's process and its children together, five times a second, a page that several
processes hold counted once (proportional set size).
"""

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SIZES = (10_000, 100_000, 1_000_000)
STAGES = ("ingest", "validate", "curate")
HERE = Path(__file__).resolve().parent.parent
COLUMNS = (
    *("ticket_id", "created_at", "customer_id", "customer_name", "customer_email", "agent_name"),
    *("channel", "locale", "topic", "subject", "message", "reply", "cites", "csat", "solved"),
)
COMMON = "the and to of a in is it you that i my for on with this have not was be at your are as"
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana", "Ivo", "Jan", "Kira", "Leo")
LAST = ("Abel", "Berg", "Cole", "Dahl", "Ekman", "Frey", "Gomez", "Hart", "Ito", "Jung", "Kern")


def write_tickets(path: Path, rows: int) -> None:
    """A CSV of `rows` tickets, some 1,100 characters each."""
    draw = random.Random(rows)
    rare = [
        "".join(draw.choices("abcdefghilmnoprstu", k=draw.randint(3, 9))) for _ in range(20_000)
    ]
    common = COMMON.split()
    agents = [f"{draw.choice(FIRST)} {draw.choice(LAST)}" for _ in range(40)]
    macros = [_words(draw, common, rare, 40) for _ in range(30)]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        question = reply = ""
        for row in range(rows):
            name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
            if row == 0 or draw.random() > 0.02:  # two in a hundred say the last one's words again
                question, reply = _words(draw, common, rare, 60), _words(draw, common, rare, 40)
                reply = draw.choice(macros) if draw.random() < 0.1 else reply
            at = (start + timedelta(seconds=37 * row)).isoformat()
            mail = f"{name.lower().replace(' ', '.')}{row}@example.com"
            person = (f"C{draw.randrange(rows)}", name, mail, draw.choice(agents))
            about = ("email", "en", "orders", _words(draw, common, rare, 4))
            texts = (_mail(question, name, mail, row), f"<p>Dear {name},</p><p>{reply}.</p>")
            writer.writerow([f"T-{row}", at, *person, *about, *texts, "", "", "true"])


def _words(draw: random.Random, common: list[str], rare: list[str], count: int) -> str:
    half = draw.choices(common, k=count // 2) + draw.choices(rare, k=count - count // 2)
    draw.shuffle(half)
    return " ".join(half)


def _mail(question: str, name: str, mail: str, row: int) -> str:
    middle = question.find(" ", len(question) // 2)
    return (
        f"<html><body><p>Hello,<br>{question[:middle]} MB-{row % 900_000 + 100_000:06}.</p>"
        f'<p>{question[middle:]}, <a href="https://help.example/{row % 50}">see here</a>.</p>'
        f"<p>Best regards,<br>{name}<br>{mail}</p>"
        "<blockquote type='cite'><p>Thank you for your order.</p></blockquote></body></html>"
    )


def measure(rows: int) -> dict[str, Any]:
    """Seconds, CPU seconds and peak memory of each stage over `rows` tickets."""
    with tempfile.TemporaryDirectory(prefix="million-") as name:
        root = Path(name)
        (root / "data").mkdir()
        shutil.copy(HERE / "params.yaml", root)
        shutil.copytree(HERE / "data/sample", root / "data/sample")
        write_tickets(root / "data/sample/tickets.csv", rows)
        told: dict[str, Any] = {"rows": rows}
        for stage in STAGES:
            told[stage] = _stage(stage, root)
        report = json.loads((root / "reports/curation.json").read_text())
        told |= {"kept": report["kept"], "rows_in": report["rows_in"], "dropped": report["dropped"]}
    for figure in ("seconds", "cpu_seconds"):
        told[f"{figure}_in_all"] = round(sum(told[stage][figure] for stage in STAGES), 1)
    told["microseconds_a_row"] = round(1e6 * told["seconds_in_all"] / rows, 1)
    told["peak_mb"] = max(told[stage]["peak_mb"] for stage in STAGES)
    return told


def _stage(stage: str, root: Path) -> dict[str, float]:
    """Run a stage; its memory is that of its process and its children together."""
    import psutil

    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", f"tasks.{stage}", "--root", str(root)],
        cwd=HERE,
        stdout=subprocess.DEVNULL,
    )
    watched, peak = psutil.Process(process.pid), 0
    while True:
        with suppress(psutil.NoSuchProcess):
            family = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(_memory(member) for member in family))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.2)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{stage} failed over {root}")
    cpu = usage.ru_utime + usage.ru_stime
    seconds = time.perf_counter() - started
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "peak_mb": round(peak / 2**20, 1),
    }


def _memory(process: Any) -> int:
    """Bytes that a process holds, of what it shares with others its share."""
    import psutil

    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has ended
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=SIZES)
    for rows in parser.parse_args().rows:
        sys.stdout.write(json.dumps(measure(rows)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
