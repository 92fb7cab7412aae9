"""The local records of people: every HN and person id behind a key, and links that contradict the key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from phr.his import normalise as n
from phr.his.doses import NOBODY, Identity
from phr.his.reader import Reader


@dataclass
class Records:
    """Local records of the people asked for."""

    #: HN as stored -> key of its person; also HNs the patient register does not know
    hns: dict[str, str] = field(default_factory=dict)
    #: person id -> key of the person; also ids the community register does not know
    persons: dict[str, str] = field(default_factory=dict)
    #: HNs the patient register knows, person ids the community register knows
    known_hns: set[str] = field(default_factory=set)
    known_persons: set[str] = field(default_factory=set)
    #: keys whose records are linked to a record of another key
    ambiguous: set[str] = field(default_factory=set)

    def by_person(self) -> dict[str, list[str]]:
        """Key -> records, as ``patient`` rows are keyed: the HNs, or without one ``~`` and each person id."""
        people: dict[str, list[str]] = {}
        for number in sorted(self.known_hns):
            people.setdefault(self.hns[number], []).append(number)
        with_hn = set(people)
        for number in sorted(self.known_persons):
            if (ref := self.persons[number]) not in with_hn:
                people.setdefault(ref, []).append(f"~{number}")
        return people


def unregistered(ref: str) -> list[str]:
    """The record of a person whom neither register knows: what the key was made of; none for nobody."""
    if ref == NOBODY:
        return []
    return [f"~{ref[1:]}" if ref.startswith("p") else ref[1:]]


class RecordFinder:
    """Finds local records by index; one per snapshot."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._person = reader.statements.can("person")
        self._odd: dict[str, list[str]] | None = None

    def find(self, refs: Iterable[str]) -> Records:
        """Everything that leads to, or contradicts, these keys."""
        wanted = set(refs) - {NOBODY}
        by_kind: dict[str, list[str]] = {"c": [], "h": [], "p": []}
        for ref in wanted:
            by_kind[ref[0]].append(ref[1:])
        found = Records(
            hns={number: f"h{number}" for number in by_kind["h"]},
            persons={number: f"p{number}" for number in by_kind["p"]},
        )
        spellings = self.spellings(by_kind["c"])
        for scope, keys in (("cids", spellings), ("hns", by_kind["h"])):
            for hn, cid in self._reader.by_keys("record_patient", scope, keys):
                ref = Identity(None, None, None, hn, cid).ref
                if ref in wanted and ref != NOBODY:
                    found.hns[str(hn)] = ref
                    found.known_hns.add(str(hn))
        if self._person:
            ids = [as_id(number) for number in by_kind["p"]]
            for scope, more in (("cids", spellings), ("hns", list(found.hns)), ("ids", ids)):
                for row in self._reader.by_keys("record_person", scope, more):
                    self._note(found, Identity(*row), wanted)
        return found

    def _note(self, found: Records, person: Identity, wanted: set[str]) -> None:
        ref = person.ref
        if ref in wanted:
            found.persons[str(person.person_id)] = ref
            found.known_persons.add(str(person.person_id))
        if person.hn is not None:
            of_hn = Identity(None, None, None, person.hn, person.patient_cid).ref
            if of_hn != ref:
                found.ambiguous |= {of_hn, ref}

    def spellings(self, cids: Iterable[str]) -> list[str]:
        """Every way these citizen ids are written in the two registers.

        The usual ones are known; of the others a register would miss doses, and what is missing from a set
        is deleted nationally (trap 3). So the odd ones are listed once per snapshot, from the index alone.
        """
        odd = self._odd_spellings()
        return [text for cid in cids for text in (*n.cid_spellings(cid), *odd.get(cid, ()))]

    def _odd_spellings(self) -> dict[str, list[str]]:
        if self._odd is None:
            self._odd = {}
            for scope in ("patient", "person") if self._person else ("patient",):
                for (raw,) in self._reader.rows("odd_cids", scope, {}):
                    cid = n.cid(raw)
                    if cid and cid != raw:
                        self._odd.setdefault(cid, []).append(str(raw))
        return self._odd

    def patients(self) -> Iterator[Identity]:
        """Everybody in the patient register: a whole scan."""
        for row in self._reader.rows("record_patient", "all", {}):
            yield Identity(None, None, None, *row)

    def persons(self) -> Iterator[Identity]:
        """Everybody in the community register: a whole scan."""
        if self._person:
            yield from map(Identity._make, self._reader.rows("record_person", "all", {}))


def as_id(number: str) -> object:
    """A person id as the column holds it: a number, unless the site made it a text."""
    return int(number) if number.isascii() and number.isdigit() and str(int(number)) == number else number
