"""By what the national side tells the children of a visit apart (contract 3.4, mark D)."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def national_keys(encounter: dict[str, Any]) -> tuple[str, ...]:
    """Keys of everything below an ``Encounter`` item that a re-send may have to remove (rule R5), sorted.

    ``Observation:<text>``, ``Condition:<text>``, ``Medication:<text>`` with ``code.text`` as sent;
    ``Coverage:<digest>``, ``Appointment:<digest>`` of the whole item, which has no key of its own;
    ``vital_signs:<field>``. They hold clinical texts: keep only keyed hashes of them.
    """
    found = {
        f"{section}:{item['code']['text']}"
        for section in ("Observation", "Condition", "Medication")
        for item in encounter[section]
    }
    found |= {
        f"{section}:{_digest(item)}" for section in ("Coverage", "Appointment") for item in encounter[section]
    }
    found |= {f"vital_signs:{name}" for name in encounter["vital_signs"]}
    return tuple(sorted(found))


def _digest(item: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()
