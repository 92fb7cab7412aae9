"""Small helpers of the command line."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import typer

from phr import faults
from phr.errors import Bug, PhrError

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
        except Exception as error:  # noqa: BLE001
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            typer.echo(Bug(faults.UNEXPECTED, detail=place).message(), err=True)
            sys.exit(EXIT_CODES["bug"])

    return wrapper


def iso_day(value: datetime | None) -> date | None:
    """The day of a ``--from``/``--to`` option."""
    return value.date() if value else None
