"""Code maps: small versioned CSV files beside the code, each with its provenance in ``#`` lines.

The first column is always ``source``, the code as canonical rows carry it.
"""

from __future__ import annotations

import csv
from pathlib import Path

CODES_DIR = Path(__file__).parent / "codes"


def load_map(name: str) -> dict[str, dict[str, str]]:
    """Rows of ``codes/<name>.csv`` by their ``source`` column; raises ``ValueError`` on a repeated code."""
    lines = (CODES_DIR / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    rows: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        source = row.pop("source")
        if source in rows:
            raise ValueError(f"code map {name}: {source} is listed twice")
        rows[source] = row
    return rows


MARITAL = load_map("marital")
ENCOUNTER_TYPE = load_map("encounter_type")
ENCOUNTER_CLASS = load_map("encounter_class")
NATIONALITY = load_map("nationality")
COVERAGE_GROUP = load_map("coverage_group")
VACCINE = load_map("vaccine")
INSTYPE = load_map("instype")
PRACTITIONER = load_map("practitioner")
DIAGNOSIS_TYPE = load_map("diagnosis_type")
SMOKING = load_map("smoking")
DRINKING = load_map("drinking")
LAB_FLAG = load_map("lab_flag")
ALLERGY_SEVERITY = load_map("allergy_severity")
ALLERGY_CERTAINTY = load_map("allergy_certainty")
ALLERGY_INFORMANT = load_map("allergy_informant")
CHRONIC_DISEASE = load_map("chronic_disease")
CHRONIC_STATUS = load_map("chronic_status")
SYSTEM = {key: row["system"] for key, row in load_map("code_system").items()}
