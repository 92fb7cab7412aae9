"""The kinds of documents: how the ledger names one, and which mapping builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phr.mapping import MAPPING_VERSION
from phr.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``by_person``: its key in the source names a person and is as secret as a citizen id."""

    name: str
    mapping_version: str
    by_person: bool = False

    def namer(self, keyring: Keyring) -> Callable[[str], str]:
        """Key of the source -> reference in the ledger: the visit number itself, a person's pseudonym.

        The pseudonym keeps the key of the content hashes: under a new one every register would look new.
        """
        if not self.by_person:
            return lambda key: key
        return lambda key: keyring.pseudonym(key, purpose="register", key_id=keyring.content).partition(":")[
            2
        ]


KINDS: dict[str, Kind] = {kind.name: kind for kind in (Kind("encounter", MAPPING_VERSION),)}
