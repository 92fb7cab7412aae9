"""The laboratory of the demo hospitals: test master, panels, and results as text."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabItem:
    """One test. Standard codes are partly empty, as at real sites."""

    code: int
    name: str
    display: str
    unit: str
    normal: str
    group: int
    loinc: str | None
    tmlt: str | None
    provis: str | None
    #: numeric: (low, high) of healthy results and decimals; choice: texts
    low: float = 0.0
    high: float = 0.0
    decimals: int = 0
    texts: tuple[str, ...] = ()


def _n(
    code: int,
    name: str,
    unit: str,
    low: float,
    high: float,
    decimals: int,
    group: int,
    codes: tuple[str | None, str | None, str | None] = (None, None, None),
    display: str = "",
    normal: str = "",
) -> LabItem:
    """``normal`` as the laboratory writes it, where it is not simply "low - high"."""
    normal = normal or f"{low:g} - {high:g}"
    return LabItem(code, name, display or name, unit, normal, group, *codes, low, high, decimals)


def _t(
    code: int,
    name: str,
    texts: str,
    group: int,
    normal: str = "Negative",
    codes: tuple[str | None, str | None, str | None] = (None, None, None),
    unit: str = "",
) -> LabItem:
    return LabItem(code, name, name, unit, normal, group, *codes, texts=tuple(texts.split("|")))


GROUPS = ((1, "โลหิตวิทยา"), (2, "เคมีคลินิก"), (3, "จุลทรรศน์"), (4, "ภูมิคุ้มกันวิทยา"), (5, "จุลชีววิทยา"))

ITEMS: dict[int, LabItem] = {
    item.code: item
    for item in (
        _n(101, "WBC", "10^3/uL", 4.5, 10.5, 2, 1),
        _n(102, "RBC", "10^6/uL", 4.0, 5.5, 2, 1),
        _n(103, "Hemoglobin", "g/dL", 11.5, 16.0, 1, 1, ("718-7", None, "0621401"), "", "M 13-17 / F 12-15"),
        _n(104, "Hematocrit", "%", 35, 48, 1, 1, ("20570-8", None, "0621201")),
        _n(105, "MCV", "fL", 80, 98, 1, 1),
        _n(
            106, "Platelet count", "/uL", 150000, 400000, 0, 1, (None, None, "0622601"), "", "150,000-400,000"
        ),
        _n(107, "Neutrophil", "%", 40, 75, 0, 1),
        _n(108, "Lymphocyte", "%", 20, 45, 0, 1),
        _n(109, "Monocyte", "%", 2, 10, 0, 1),
        _n(110, "Eosinophil", "%", 1, 6, 0, 1),
        _n(201, "FBS", "mg/dL", 70, 180, 0, 2, ("1558-6", "320291", "0531004"), "Glucose"),
        _n(202, "Glucose (DTX)", "mg/dL", 80, 210, 0, 2, (None, None, "0531101"), "Glucose"),
        _n(203, "HbA1c", "%", 5.0, 9.5, 1, 2, ("4548-4", None, "0531601")),
        _n(204, "BUN", "mg/dL", 7, 24, 1, 2, (None, None, "0583002")),
        _n(
            205,
            "Creatinine",
            "mg/dL",
            0.6,
            1.5,
            2,
            2,
            ("2160-0", None, "0581902"),
            "",
            "ชาย 0.7-1.2 หญิง 0.5-0.9",
        ),
        _n(206, "eGFR (CKD-EPI)", "mL/min/1.73m^2", 45, 120, 1, 2, (None, None, "0581904"), "", ">= 60"),
        _n(207, "Cholesterol", "mg/dL", 140, 260, 0, 2, ("2093-3", "320070", "0541602"), "", "< 200"),
        _n(208, "Triglyceride", "mg/dL", 70, 1300, 0, 2, ("2571-8", "320072", "0546602")),
        _n(209, "HDL-C", "mg/dL", 35, 70, 0, 2, ("2085-9", "320071", "0541202")),
        _n(210, "LDL-C", "mg/dL", 70, 180, 0, 2, ("13457-7", "320293", "0541402")),
        _n(211, "Sodium", "mmol/L", 135, 145, 0, 2, ("2951-2", None, "0511602"), "", "135-145 mmol/L"),
        _n(212, "Potassium", "mmol/L", 3.4, 5.1, 1, 2, ("2823-3", None, "0511402")),
        _n(213, "Chloride", "mmol/L", 98, 107, 0, 2, ("2075-0", None, "0510602")),
        _n(214, "CO2", "mmol/L", 21, 29, 0, 2),
        _n(215, "AST (SGOT)", "U/L", 10, 45, 0, 2, ("1920-8", None, "0491802")),
        _n(216, "ALT (SGPT)", "U/L", 8, 50, 0, 2, ("1742-6", None, "0491002")),
        _n(217, "Albumin", "g/dL", 3.3, 5.0, 1, 2),
        _n(218, "Uric acid", "mg/dL", 3.5, 9.0, 1, 2),
        _t(219, "CRP", "<0.5|<0.5|1.2|5.6 H|12.4 H", 2, "< 0.5", unit="mg/dL"),
        _n(220, "TSH", "uIU/mL", 0.4, 5.0, 3, 2, ("29575-8", None, None)),
        _t(301, "Urine color", "Yellow|Yellow|Pale yellow|เหลืองเข้ม", 3, ""),
        _n(302, "Urine Sp.Gr.", "", 1.005, 1.030, 3, 3),
        _t(303, "Urine protein", "Negative|Negative|Trace|1+|2+", 3),
        _t(304, "Urine sugar", "Negative|Negative|Negative|3+", 3),
        _t(305, "Urine WBC", "0-1/HPF|2-3/HPF|12-15/HPF|Numerous", 3, "0-5/HPF"),
        _t(306, "Urine RBC", "0-1/HPF|0-1/HPF|3-5/HPF|-", 3, "0-2/HPF"),
        _t(401, "Dengue NS1", "Negative|Negative|Positive", 4, codes=(None, None, "0749200")),
        _t(402, "Widal H", "<1:20|>=1:80|Negative", 4),
        _t(403, "Anti-HIV", "Positive|Negative", 4, codes=("55277-8", None, "0743299")),
        _t(404, "VDRL", "Reactive 1:8|Non-reactive", 4, "Non-reactive", ("5292-8", None, "0721297")),
        _t(501, "Urine culture", "No growth|ตัวอย่างไม่เพียงพอ กรุณาเก็บใหม่|pending", 5, ""),
    )
}

#: panel -> (form name, item codes)
PANELS: dict[str, tuple[str, tuple[int, ...]]] = {
    "cbc": ("CBC", (101, 102, 103, 104, 105, 106, 107, 108, 109, 110)),
    "sugar": ("Blood sugar", (201,)),
    "strip": ("DTX", (202,)),
    "hba1c": ("HbA1c", (203,)),
    "kidney": ("Kidney function", (204, 205, 206)),
    "lipid": ("Lipid profile", (207, 208, 209, 210)),
    "electrolyte": ("Electrolyte", (211, 212, 213, 214)),
    "liver": ("Liver function", (215, 216, 217)),
    "uric": ("Uric acid", (218,)),
    "inflammation": ("CRP", (219,)),
    "thyroid": ("Thyroid", (220,)),
    "ua": ("Urine analysis", (301, 302, 303, 304, 305, 306)),
    "dengue": ("Dengue NS1", (401, 402)),
    "hiv": ("Anti-HIV", (403,)),
    "vdrl": ("VDRL", (404,)),
    "culture": ("Culture", (501,)),
}


def result(item: LabItem, dice: random.Random) -> tuple[str, str | None]:
    """A result as the laboratory types it, and its flag (H, L or None)."""
    share = dice.random()
    if item.texts:
        return item.texts[int(share * len(item.texts))], None
    span = item.high - item.low
    value = item.low + span * dice.random()
    flag = None
    if share < 0.08:
        value, flag = item.high + span * (0.05 + share), "H"
    elif share < 0.13:
        value, flag = item.low * (0.8 + share), "L"
    text = f"{value:,.0f}" if item.decimals == 0 and value >= 1000 else f"{value:.{item.decimals}f}"
    if flag and dice.random() < 0.2:
        return f"{text} {flag}", flag
    return text, flag
