"""``python -m phr_sandbox.conformance``, what ``make conformance`` runs.

For an adapter of one's own::

    python -m phr_sandbox.conformance --his my_his --loader my_package.my_loader --url mysql://root@localhost/empty

The loader is a module like those in ``phr_sandbox/conformance/loaders``; the database has to be empty.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.table import Table
from sqlalchemy import NullPool, create_engine

from phr.his import make_adapter
from phr.his.system import names, system
from phr.settings import Hospital
from phr_sandbox.conformance.databases import DATABASES
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import Outcome, check
from phr_sandbox.conformance.loaders import loader
from phr_sandbox.conformance.model import Model

#: differences shown of one adapter
_SHOWN = 30


def main() -> int:
    """Load, read back, compare; exit code 0 when nothing differs anywhere."""
    parser = argparse.ArgumentParser(prog="phr_sandbox.conformance", description="Load, read back, compare.")
    parser.add_argument("--his", choices=names(), help="one kind of HIS only")
    parser.add_argument("--loader", metavar="MODULE", help="who fills its tables; default: that of the kit")
    parser.add_argument("--url", help="an empty database; default: every kind the adapter was written for")
    parser.add_argument("--db", choices=tuple(DATABASES), help="one kind of database only")
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    console = Console(highlight=False)
    model = invent(patients=given.patients, seed=given.seed)
    console.print(
        f"{len(model.patients)} patients, {len(model.visits)} visits, {len(model.doses)} doses"
        f" | ผู้ป่วยสมมติ {len(model.patients)} คน {len(model.visits)} ครั้งบริการ วัคซีน {len(model.doses)} เข็ม"
    )
    table = Table("HIS", "database", "rows", "documents", "digest of the documents", "s", "")
    failed: list[tuple[str, Outcome]] = []
    for his, kind, place in _places(given):
        started = time.monotonic()
        with place as url:
            outcome = play(his, url, model, given.loader or his)
        mark = "[red]✗[/red]" if outcome.differences else "[green]✓[/green]"
        rows = sum(outcome.compared.values())
        seconds = f"{time.monotonic() - started:.0f}"
        table.add_row(his, kind, f"{rows:,}", f"{len(outcome.documents):,}", _digest(outcome), seconds, mark)
        if outcome.differences:
            failed.append((f"{his} on {kind}", outcome))
    console.print(table)
    for where, outcome in failed:
        console.print(f"[red]✗[/red] {where}:")
        for line in outcome.differences[:_SHOWN]:
            console.print(f"  {line}", markup=False)
    return 1 if failed else 0


def play(his: str, url: str, model: Model, loader_name: str) -> Outcome:
    """Fill one empty database and read it back."""
    module = loader(loader_name)
    if write := getattr(module, "write", None):
        write(url, model)
    else:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        module.create(engine)
        module.load(engine, model)
        engine.dispose()
    settings = getattr(module, "SETTINGS", {})
    hospital = Hospital(hcode=model.hcode, name_th="รพ.สมมติ", his=his, **settings)
    return check(make_adapter(hospital, url), model, module)


def _places(given: argparse.Namespace) -> Iterator[tuple[str, str, AbstractContextManager[str]]]:
    for his in [given.his] if given.his else names():
        if given.url:
            yield his, given.url.partition(":")[0], nullcontext(given.url)
            continue
        for kind in system(his).dialects:
            if kind in DATABASES and given.db in (None, kind):
                yield his, kind, DATABASES[kind]()


def _digest(outcome: Outcome) -> str:
    """The same for two HIS whose documents are the same to the byte."""
    whole = hashlib.sha256()
    for name, body in sorted(outcome.documents.items()):
        whole.update(name.encode() + b"\0" + body + b"\0")
    return whole.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
