"""Medication of an encounter (contract 4.2), and which dispense lines are no drug given.

Left out because the contract names no input key for it: the dispensing unit (``finance`` has qty and
unitPrice, ``doseAndRate`` is the dose of one intake).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from phr.canonical import DrugDispense
from phr.mapping.codemaps import SYSTEM
from phr.mapping.common import distinct_texts, in_key_order, moment
from phr.settings import EndpointSettings

OUTPATIENT = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/medication-statement-category",
            "code": "outpatient",
            "display": "Outpatient",
        }
    ]
}
INPATIENT = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/medication-statement-category",
            "code": "inpatient",
            "display": "Inpatient",
        }
    ]
}
_DID24 = re.compile(r"(?!0{24})[0-9]{24}", re.ASCII)


def returned(lines: Iterable[DrugDispense]) -> set[str]:
    """Local codes of the drugs of a visit that were given back or cancelled as a whole.

    HOSxP writes a return as a line of its own with a negative quantity: the first line alone would tell of a
    drug the patient does not have. A part given back leaves the lines as they are.
    """
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.local_code and line.quantity is not None:
            sums[line.local_code] += Decimal(str(line.quantity))  # as written: 0.1 + 0.2 - 0.3 is nothing
    return {code for code, total in sums.items() if total <= 0}


def medications(
    rows: Sequence[DrugDispense], service_day: str, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Medication[]``, one per dispensed line, in key order; two lines of one drug stay apart by text."""
    ordered = in_key_order(rows)
    texts = [row.name or row.local_code or "" for row in ordered]
    if endpoint.distinct_displays:
        texts = distinct_texts(texts, [row.row_key for row in ordered])
    return [_medication(row, text, service_day, endpoint) for row, text in zip(ordered, texts, strict=True)]


def _medication(row: DrugDispense, text: str, service_day: str, endpoint: EndpointSettings) -> dict[str, Any]:
    finance: dict[str, Any] = {}
    if row.quantity is not None:
        finance["qty"] = row.quantity
    if row.unit_price is not None:
        finance["unitPrice"] = row.unit_price
    dosage: dict[str, Any] = {"sequence": 1}
    if row.usage_text:
        dosage["text"] = row.usage_text
    if row.instruction_th:
        dosage["patientInstruction"] = row.instruction_th
    return {
        "code": _code(row, text, endpoint),
        "category": "medication",
        "finance": finance,
        "statement": {
            "status": "active",
            "category": INPATIENT if row.of_admission else OUTPATIENT,
            "effectiveDateTime": moment(
                row.dispensed_date or service_day, row.dispensed_time, endpoint.time_suffix
            ),
            "dosage": [dosage] if len(dosage) > 1 else [],
        },
    }


def _code(row: DrugDispense, text: str, endpoint: EndpointSettings) -> dict[str, Any]:
    """The TMT code, whose system label tells its level; the 24-digit code behind it, never in its place."""
    if not row.tmt_code:
        return {"text": text}
    # an unknown level gets the label of TMT as a whole
    system = SYSTEM.get(row.tmt_level or "SKS", SYSTEM["SKS"])
    coding = [{"system": system, "code": row.tmt_code, "display": text}]
    if endpoint.drug_extra_codings and row.did24 and _DID24.fullmatch(row.did24):
        coding.append({"system": SYSTEM["did24"], "code": row.did24, "display": text})
    return {"coding": coding, "text": text}
