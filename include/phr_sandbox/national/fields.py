"""Reading values out of a body in which anything may stand anywhere: never raises, always the same type."""

from __future__ import annotations

from typing import Any


def object_of(value: Any) -> dict[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def first_of(value: Any) -> dict[str, Any]:
    """First object of a list, or the object itself."""
    return object_of(value[0]) if isinstance(value, list) and value else object_of(value)


def text(value: Any) -> str:
    """The value when it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: Any) -> str:
    """Texts of a list of plain strings or ``{"text"}`` objects, put behind one another."""
    found = [entry.get("text") if isinstance(entry, dict) else entry for entry in list_of(value)]
    return ", ".join(entry for entry in found if isinstance(entry, str) and entry)


def coding(concept: Any) -> dict[str, Any]:
    """First coding of a CodeableConcept (list or single object), else empty."""
    return first_of(object_of(concept).get("coding"))


def code(concept: Any) -> str:
    """Code of the first coding."""
    return text(coding(concept).get("code"))


def text_of(concept: Any) -> str:
    """Text of a CodeableConcept: its text, else display, else code."""
    first = coding(concept)
    for value in (object_of(concept).get("text"), first.get("display"), first.get("code")):
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def moment(value: Any) -> str:
    """Clock time without its zone label (contract 3.3); an empty one comes back as 1970-01-01 (5)."""
    return value[:19] if isinstance(value, str) and value else "1970-01-01T00:00:00"


def day(value: Any) -> str:
    """Day of a date or a clock time; an empty one comes back as 1970-01-01."""
    return moment(value)[:10]
