"""``python -m phr_sandbox.scenario [--db …] [--mode …]``, what ``make scenario`` runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from rich.console import Console

from phr_sandbox.scenario.fortnight import fortnight
from phr_sandbox.scenario.installation import MARIADB_VARIABLE, Database, mariadb_answers
from phr_sandbox.scenario.outcome import Mode
from phr_sandbox.scenario.report import print_matrix
from phr_sandbox.scenario.runner import Order, Played, run

#: mode -> behaviours of the national side it must bear
_SERVERS: dict[Mode, tuple[bool, ...]] = {"replace": (False,), "merge": (True,), "unknown": (False, True)}
_DATABASES: tuple[Database, ...] = ("sqlite", "mariadb")
_ORDERS: tuple[Order, ...] = get_args(Order)


def main() -> int:
    """Play the fortnight; exit code 0 when the double equals the HIS in every combination."""
    parser = argparse.ArgumentParser(prog="phr_sandbox.scenario", description=__doc__)
    parser.add_argument("--db", choices=(*_DATABASES, "all"), default="all", help="what the HIS runs on")
    parser.add_argument("--mode", choices=(*_SERVERS, "all"), default="all", help="endpoint.resend_semantics")
    parser.add_argument("--order", choices=_ORDERS, default="scheduled", help="how the four feeds run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--script", action="store_true", help="print the script and play nothing")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave everything in this empty folder")
    given = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    if given.script:
        for line in fortnight(given.seed).listing():
            console.print(line, markup=False)
        return 0
    plays = [
        (database, mode, merges)
        for database in _DATABASES
        for mode, servers in _SERVERS.items()
        for merges in servers
        if given.db in (database, "all") and given.mode in (mode, "all")
    ]
    if any(database == "mariadb" for database, _, _ in plays) and not mariadb_answers():
        console.print(
            f"[red]✗[/red] MariaDB does not answer; set {MARIADB_VARIABLE}, or play with --db sqlite "
            f"| ติดต่อ MariaDB ไม่ได้ กำหนด {MARIADB_VARIABLE} หรือใช้ --db sqlite"
        )
        return 1
    played: list[Played] = []
    for database, mode, merges in plays:
        folder = given.keep / f"{database}-{mode}-{'merge' if merges else 'replace'}" if given.keep else None
        if folder:
            folder.mkdir(parents=True)
        script = fortnight(given.seed)
        played.append(
            run(script, database, mode, server_merges=merges, console=console, order=given.order, root=folder)
        )
    print_matrix(console, played)
    return 0 if all(one.passed for one in played) else 1


if __name__ == "__main__":
    sys.exit(main())
