"""Small helpers of the command line."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from phr import faults
from phr.errors import Bug, PhrError
from phr.pipeline.days import BANGKOK

P = ParamSpec("P")
R = TypeVar("R")

#: exit codes: 1 the work found problems, 2 wrong usage (Typer), 3 and up by what to do next
EXIT_CODES = {"stop_hospital": 3, "stop_endpoint": 4, "retry": 5, "bug": 9}


def exit_on_error(function: Callable[P, R]) -> Callable[P, R]:
    """Show an error as its one message on standard error, without a traceback.

    A traceback ends with the text of the exception, and that may quote a row (control LG2).
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except PhrError as error:
            typer.echo(error.message(), err=True)
            sys.exit(EXIT_CODES.get(error.action, 1))
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BrokenPipeError:  # the reader of our output has seen enough (| head)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except Exception as error:  # noqa: BLE001
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            typer.echo(Bug(faults.UNEXPECTED, detail=place).message(), err=True)
            sys.exit(EXIT_CODES["bug"])

    return wrapper


def _known_format(value: str) -> str:
    if value not in ("table", "json"):
        raise typer.BadParameter("ใช้ table หรือ json / must be table or json")
    return value


def known_dialect(value: str) -> str:
    """Callback of ``--dialect``: refused while the command line is read.

    :raises typer.BadParameter: none of them.
    """
    if value not in ("auto", "mysql", "postgresql"):
        raise typer.BadParameter("ใช้ mysql หรือ postgresql / must be mysql or postgresql")
    return value


#: refused while the command line is read, before anything runs
OutputFormat = Annotated[str, typer.Option("--format", help="table or json", callback=_known_format)]

#: above this a year is one of the Buddhist era
_LAST_CHRISTIAN_YEAR = 2400


def check_days(first: datetime | None, last: datetime | None, *, future: bool = False) -> None:
    """Refuse ``--from``/``--to`` that cannot be meant, as wrong usage.

    :param future: days that have not come yet are allowed.
    :raises typer.BadParameter: a Buddhist year, a future day, or a range that ends before it begins.
    """
    today = datetime.now(BANGKOK).date()
    for option, given in (("--from", first), ("--to", last)):
        if given is None:
            continue
        if given.year > _LAST_CHRISTIAN_YEAR:
            raise typer.BadParameter(
                f"ปีต้องเป็น ค.ศ. / the year must be of the Christian era: {given.year - 543}, not {given.year}",
                param_hint=option,
            )
        if given.date() > today and not future:
            raise typer.BadParameter(
                f"ยังไม่ถึงวันนั้น / {given:%F} lies in the future (today is {today})", param_hint=option
            )
    if first and last and last < first:
        raise typer.BadParameter(
            f"วันสุดท้ายอยู่ก่อนวันแรก / the last day {last:%F} lies before the first day {first:%F}",
            param_hint="--from",
        )


def iso_day(value: datetime | None) -> date | None:
    """The day of a ``--from``/``--to`` option."""
    return value.date() if value else None
