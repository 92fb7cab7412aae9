"""A step of a run in a process of its own, which is killed (kill -9) from outside or kills itself.

Forked from a server that has everything imported, so that a life costs milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from typing import Any

from province_kit import ProvinceKit
from sqlalchemy import Connection, Engine, event

from phr.delivery import sender
from phr.errors import PhrError
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.privacy import StagingArea

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["doomed"])


def _start_server() -> None:
    # Python 3.11 does not hand sys.path to the server's preloading
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def start(
    kit: ProvinceKit,
    step: str,
    options: RunOptions,
    unit: steps.Unit,
    *,
    die_at_commit: int | None = None,
    die_at_write: int | None = None,
    settle_seconds: float = 1.0,
) -> BaseProcess:
    """Start one step.

    :param die_at_commit: kill -9 right before this commit of a writing ledger transaction (1, 2, ...).
    :param die_at_write: kill -9 right after this staging file.
    """
    _start_server()
    orders = {"commit": die_at_commit, "write": die_at_write, "settle": settle_seconds}
    process = _SERVER.Process(
        target=_live, args=(kit.environment, step, options.to_dict(), unit, orders), daemon=True
    )
    process.start()
    return process


def _live(env: dict[str, str], step: str, options: dict[str, Any], unit: steps.Unit, orders: Any) -> None:
    os.environ.update(env)
    sender._SETTLE_SECONDS = orders["settle"]
    if orders["commit"]:
        _die_at_commit(orders["commit"])
    if orders["write"]:
        _die_at_write(orders["write"])
    try:
        getattr(steps, f"{step}_unit")(RunOptions.from_dict(options), unit)
    except PhrError as error:
        sys.exit(int(error.fault.code.removeprefix("PHR-")) % 200)


def _die_at_commit(number: int) -> None:
    left = number

    def before(connection: Connection) -> None:
        nonlocal left
        if connection.get_execution_options().get("phr_read"):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", before)


def _die_at_write(number: int) -> None:
    left, write = number, StagingArea.write

    def counted(area: StagingArea, name: str, content: Any) -> None:
        nonlocal left
        write(area, name, content)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    StagingArea.write = counted  # type: ignore[method-assign]
