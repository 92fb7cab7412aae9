"""Observation of an encounter (contract 4.2): value, codes, reference range and flag of laboratory results.

Only the stored columns of range and flag are public, not their input keys: both take FHIR's shape, each by an
endpoint setting (10.8, mark D). Left out because nothing names a key for it: the specimen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from phr.canonical import LabResult
from phr.mapping.codemaps import LAB_FLAG, SYSTEM
from phr.mapping.common import distinct_texts, in_key_order, moment
from phr.settings import EndpointSettings, Hospital

LABORATORY = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
            "display": "Laboratory",
        }
    ]
}
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

# Plain ASCII decimals only: "1,250", "1/2", "007" and Thai digits stay text, as reported.
_DECIMAL = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?"
_NUMBER = re.compile(_DECIMAL)
_COMPARED = re.compile(r"[<>≤≥]=? ?[0-9][0-9.,]*")
_BETWEEN = re.compile(rf"(\()?({_DECIMAL})\s*(?:[-\u2013\u2014]|to)\s*({_DECIMAL})(?(1)\))")
_BOUND = re.compile(rf"([<>≤≥])=?\s*({_DECIMAL})")
_FLAGGED = re.compile(rf"({_DECIMAL})\s+(\S+)")
#: letters laboratories type behind a number; N and A could as well be units
_TAIL_FLAGS = frozenset({"H", "L", "HH", "LL"})


def observations(
    rows: Sequence[LabResult], service_day: str, hospital: Hospital, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Observation[]``, one per laboratory result, in key order."""
    ordered = in_key_order(rows)
    texts = [row.name or row.local_code or "" for row in ordered]
    if endpoint.distinct_displays:
        texts = distinct_texts(texts, [row.row_key for row in ordered])
    return [
        _observation(row, text, service_day, hospital, endpoint)
        for row, text in zip(ordered, texts, strict=True)
    ]


def _observation(
    row: LabResult, text: str, service_day: str, hospital: Hospital, endpoint: EndpointSettings
) -> dict[str, Any]:
    suffix = endpoint.time_suffix
    if row.report_date:
        issued = moment(row.report_date, row.report_time, suffix)
    else:
        issued = moment(row.order_date or service_day, row.order_time, suffix)
    item: dict[str, Any] = {"status": "final", "issued": issued}
    if row.order_date:
        item["effectiveDateTime"] = moment(row.order_date, row.order_time, suffix)
    item["category"] = LABORATORY
    item["code"] = _code(row, text, hospital, endpoint)
    value, flag = row.value or "", row.abnormal
    if endpoint.lab_interpretation:
        value, flag = without_flag(value, flag)
        if flag:
            item["interpretation"] = [interpretation(flag)]
    item.update(result_value(value, row.unit))
    if endpoint.lab_reference_range and row.reference_text:
        item["referenceRange"] = [reference_range(row.reference_text, row.unit)]
    if row.group_name:
        item["profile_group"] = row.group_name
    return item


def _code(row: LabResult, text: str, hospital: Hospital, endpoint: EndpointSettings) -> dict[str, Any]:
    """LOINC, TMLT, LABTEST, as far as the hospital has them; its own code last and never alone.

    The national side shows one code per result and probably takes the first: a local code in that place would
    stand there as LOINC.
    """
    coding = [
        {"system": SYSTEM[kind], "code": code, "display": text}
        for kind, code in (("loinc", row.loinc), ("tmlt", row.tmlt), ("labtest", row.labtest))
        if code
    ]
    if endpoint.lab_codings == "first":
        coding = coding[:1]
    elif coding and row.local_code:
        own = f"{SYSTEM['local']}:{hospital.hcode}:lab"
        coding.append({"system": own, "code": row.local_code, "display": text})
    return {"coding": coding, "text": text} if coding else {"text": text}


def result_value(value: str, unit: str | None) -> dict[str, Any]:
    """``valueQuantity`` for a pure number, else ``valueString``.

    A comparison (``<20``) has no public key for its sign: it stays text and takes its unit along, because a
    limit without unit can be misread. Every other text is sent exactly as reported.
    """
    if _NUMBER.fullmatch(value):
        return {"valueQuantity": _quantity(value, unit)}
    if unit and _COMPARED.fullmatch(value):
        return {"valueString": f"{value} {unit}"}
    return {"valueString": value}


def _quantity(number: str, unit: str | None) -> dict[str, Any]:
    quantity: dict[str, Any] = {"value": float(number) if "." in number else int(number)}
    if unit:
        quantity["unit"] = unit
    return quantity


def without_flag(value: str, flag: str | None) -> tuple[str, str | None]:
    """A number with its flag typed behind it (``5.6 H``) as value and flag.

    Only when what stands behind is the laboratory's own flag of the row, or H, L, HH or LL on a row without
    one. Anything else, also two flags that contradict each other, stays as it was reported.
    """
    if match := _FLAGGED.fullmatch(value):
        tail = match[2]
        if tail == flag or (flag is None and tail in _TAIL_FLAGS):
            return match[1], tail
    return value, flag


def interpretation(flag: str) -> dict[str, Any]:
    """One ``interpretation``: the HL7 code of a known flag; a flag of the site's own as its text alone."""
    known = LAB_FLAG.get(flag.upper())
    if known is None:
        return {"text": flag}
    coding = {"system": INTERPRETATION, "code": known["code"], "display": known["display"]}
    return {"coding": [coding], "text": flag}


def reference_range(text: str, unit: str | None) -> dict[str, Any]:
    """One ``referenceRange``: always the text as written, and its bounds where they are beyond doubt.

    Read are ``70 - 180`` and one bound (``< 0.5``, ``>= 60``), with or without the unit of the result behind;
    a bound that is itself out of range (``<``) shows in the text only. Ranges by sex or age, other units and
    words have no bounds.
    """
    item: dict[str, Any] = {}
    bare = text[: -len(unit)].rstrip() if unit and text[-len(unit) :].lower() == unit.lower() else text
    if match := _BETWEEN.fullmatch(bare):
        if float(match[2]) <= float(match[3]):
            item = {"low": _quantity(match[2], unit), "high": _quantity(match[3], unit)}
    elif match := _BOUND.fullmatch(bare):
        item = {"high" if match[1] in "<≤" else "low": _quantity(match[2], unit)}
    item["text"] = text
    return item
