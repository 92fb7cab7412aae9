"""Keyed hash of the rows a document was made of: did the HIS change, whatever became of the mapping (R4)?"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson

from phr.canonical import TABLES
from phr.canonical.tables import column_doc
from phr.mapping.encounter import MAPPING_VERSION, VisitBundle

#: mapping version -> generation of canonical columns it could see (``Doc.since``)
GENERATIONS = {"encounter/1": 1, "encounter/2": 2, MAPPING_VERSION: 3}
#: versions a document may still be delivered under
EARLIER = tuple(version for version in GENERATIONS if version != MAPPING_VERSION)

_Row = tuple[Any, ...]


def source_hash(bundle: VisitBundle, key: bytes, mapping: str = MAPPING_VERSION) -> str:
    """HMAC-SHA256 (hex) of the canonical rows without the patient, as this mapping version hashed them.

    A row counts with the columns that version could see. So a release with new columns finds every visit of
    an unchanged HIS unchanged, the new columns filled or not; an edit of a *new* column counts from the first
    delivery by the new mapping on.

    :raises KeyError: for a mapping version that is not in ``GENERATIONS``.
    """
    generation = GENERATIONS[mapping]
    groups: list[tuple[str, Sequence[_Row]]] = [
        ("diagnosis", bundle.diagnoses),
        ("coverage", bundle.coverages),
        ("appointment", bundle.appointments),
        ("lab_result", bundle.lab_results),
        ("drug_dispense", bundle.drug_dispenses),
    ]
    if generation >= 2:
        groups += [("screening", bundle.screening), ("drug_dispense", bundle.set_aside_drugs)]
    parts = []
    for table, rows in groups:
        seen = _columns(table, generation)
        parts.append(b"\x1f".join(sorted(orjson.dumps(seen(row)) for row in rows)))
    vital = _columns("vital_sign", generation)(bundle.vital_sign) if bundle.vital_sign else ()
    head = orjson.dumps([_columns("visit", generation)(bundle.visit), vital])
    return hmac.digest(key, head + b"\x1d" + b"\x1e".join(parts), "sha256").hex()


@cache
def _columns(table: str, generation: int) -> Callable[[_Row], _Row]:
    names = TABLES[table]._fields
    places = [place for place, name in enumerate(names) if column_doc(table, name).since <= generation]
    if len(places) == len(names):
        return tuple
    chosen: Callable[[_Row], _Row] = itemgetter(*places)
    return chosen
