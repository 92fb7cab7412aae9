"""The kinds of documents: their canonical tables, how the ledger names one, which mapping builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phr.canonical.tables import CHILD_TABLES
from phr.mapping import allergy, chronic, encounter, immunization
from phr.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``by_person``: its key in the source names a person and is as secret as a citizen id.

    The first column of the head table and of every child table is the key of the document.
    """

    name: str
    mapping_version: str
    head_table: str
    child_tables: tuple[str, ...]
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


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("encounter", encounter.MAPPING_VERSION, "visit", CHILD_TABLES),
        Kind(
            "immunization",
            immunization.MAPPING_VERSION,
            "register_person",
            ("immunization",),
            by_person=True,
        ),
        Kind("allergy", allergy.MAPPING_VERSION, "register_person", ("allergy",), by_person=True),
        Kind("chronic", chronic.MAPPING_VERSION, "register_person", ("chronic_register",), by_person=True),
    )
}
