"""Loaders: each writes a model into the tables of one HIS, as that HIS itself would have written it."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from sqlalchemy import Engine

from phr.canonical import CanonicalRow
from phr_sandbox.conformance.model import Model


class Loader(Protocol):
    """What a loader module offers. A module is named like its HIS; an outsider's may stand anywhere.

    The kinds of registers a HIS keeps stand in ``REGISTERS``; without it, immunizations only.
    A HIS that does not know every state of a visit lists those it does as ``STATES``, and what the hospital's
    entry has to say about it as ``SETTINGS``. One that is files and no database has ``write(url, model)``
    instead of ``create`` and ``load``.
    """

    def create(self, engine: Engine) -> None:
        """Make the tables of the HIS in an empty database."""

    def load(self, engine: Engine, model: Model) -> None:
        """Write the model. Master tables hold what the rows of the model name, and no more."""

    def held(self, table: str, row: CanonicalRow) -> CanonicalRow | None:
        """What this HIS can hold of a canonical row: unchanged, with columns emptied, or nothing at all.

        Everything this function takes away is a fact about the HIS, documented as such; nothing else may
        differ between the model and what the adapter reads.
        """


def loader(name: str) -> Loader:
    """A loader of this package by the name of its HIS, or any module by its dotted name.

    :raises ModuleNotFoundError: there is none.
    """
    return cast(Loader, import_module(name if "." in name else f"{__name__}.{name}"))
