"""Encoding of a body and the two keyed hashes of what it says (rule R4)."""

from __future__ import annotations

import hmac
import unicodedata
from decimal import Decimal
from typing import Any

import orjson


def encode(body: dict[str, Any]) -> bytes:
    """The body as it goes over the wire: UTF-8 JSON without a byte order mark (contract 3.1)."""
    return orjson.dumps(body)


def content_hash(body: dict[str, Any], key: bytes) -> str:
    """HMAC-SHA256 (hex) of what a document says about its visit, or the doses of its register.

    Equal for equal meaning: children in any order, NFC or NFD, ``1`` or ``1.0``, null or absent or empty.
    Left out: agent and display of a ``managingOrganization`` and a ``location`` that repeats it (a new
    HIS version or a corrected hospital name must not re-send years), the ``Patient`` block, and the
    patient's name wherever a reference carries it (they have :func:`patient_hash`). The citizen id of the
    subject of a visit stays in: a visit under another person is another content. Whose a register is, its
    reference says.
    """
    clinical = {name: value for name, value in body.items() if name != "Patient"}
    return _keyed(b"content/1", _meaning(clinical), key)


def patient_hash(body: dict[str, Any], key: bytes) -> str:
    """HMAC-SHA256 (hex) of the ``Patient`` block and the subject's name, with the same equalities."""
    names = [encounter.get("subject", {}).get("display") for encounter in body.get("Encounter") or ()]
    return _keyed(b"patient/1", _meaning({"Patient": body.get("Patient"), "display": names}), key)


def _keyed(purpose: bytes, meaning: Any, key: bytes) -> str:
    text = orjson.dumps(meaning, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, purpose + b"\0" + text, "sha256").hex()


def _meaning(value: Any) -> Any:
    """Normal form: empty things are None and dropped, lists sorted, numbers and texts normalised."""
    if isinstance(value, str):
        return (value if value.isascii() else unicodedata.normalize("NFC", value)) or None
    if isinstance(value, dict):
        return _meaning_of_object(value)
    if isinstance(value, (list, tuple)):
        kept = [item for item in map(_meaning, value) if item is not None]
        if len(kept) > 1:
            kept.sort(key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
        return kept or None
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _meaning_of_object(value: dict[str, Any]) -> dict[str, Any] | None:
    kept = {}
    reference = value.get("reference")
    is_patient = isinstance(reference, str) and reference.startswith("Patient/")
    sender = value.get("managingOrganization")
    for name, item in value.items():
        if name == "display" and is_patient:
            continue
        if name == "location" and isinstance(sender, dict) and item == sender.get("display"):
            continue
        if name in ("managingOrganization", "assigner") and isinstance(item, dict):
            item = {part: item[part] for part in item if part not in ("agent", "display")}
        if (meaning := _meaning(item)) is not None:
            kept[name] = meaning
    return kept or None
