"""What a visit carries beside its codes: texts, screening answers, claim codes. From dice of their own.

The dice hang on the visit number alone, so that these columns change nothing else of the demo data.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from phr_sandbox.province.clinical import ICD_NAMES
from phr_sandbox.province.encounter import Encounter
from phr_sandbox.province.profiles import HospitalProfile

#: an id no hospital's list knows
UNMAPPED_ANSWER = 7
_STORIES = (
    "มีอาการมา 2 วัน ทานยาเองแล้วไม่ดีขึ้น",
    "อาการทั่วไปปกติ ทานยาสม่ำเสมอ ไม่มีใจสั่น",
    "1 สัปดาห์ก่อนมา เริ่มมีอาการ ไม่มีไข้ กินได้",
)
_DOUBTS = ("R/O ", "", "F/U ")
#: words that give a restricted topic away
SENSITIVE_STORY = "เคยรับยาต้านไวรัสที่ ARV clinic มา 3 ปี"
SENSITIVE_DIAGNOSIS = "HIV infection on treatment"


class Details(NamedTuple):
    """Values of ``opdscreen``, ``ovst`` and ``visit_pttype``; None where the site left the field empty."""

    present_illness: str | None
    diagnosis_text: str | None
    smoking: int | None
    drinking: int | None
    found_allergy: str | None
    auth_code: str | None
    claim_code: str | None


def make_details(e: Encounter, profile: HospitalProfile) -> Details:
    """Half of the visits have a story, a third a written diagnosis; adults are asked about habits."""
    dice = random.Random(f"{profile.hcode}/{e.vn}/details")  # noqa: S311 - invented data, reproducible
    story = dice.choice(_STORIES) if dice.random() < 0.5 else None
    name = ICD_NAMES.get(e.diagnoses[0][0]) if e.diagnoses else None
    words = dice.choice(_DOUBTS) + name[0] if name and dice.random() < 0.33 else None
    asked = e.age >= 15 and dice.random() < 0.7
    # habits are a person's, not a visit's; 0 is what the form writes when nobody asked
    smoking = profile.smoking_ids[e.person.index % len(profile.smoking_ids)] if asked else None
    drinking = profile.drinking_ids[e.person.index % len(profile.drinking_ids)] if asked else 0
    allergy = dice.choice(("N", "N", "N", "Y", None))
    number = f"{dice.randrange(10**10):010d}"
    plan = e.person.pttype
    if e.tag == "hpi_sensitive":
        story = SENSITIVE_STORY
    elif e.tag == "diag_text_sensitive":
        words = SENSITIVE_DIAGNOSIS
    elif e.tag == "screening_unmapped":
        smoking = UNMAPPED_ANSWER
    return Details(
        present_illness=story,
        diagnosis_text=words,
        smoking=smoking,
        drinking=drinking,
        found_allergy=allergy,
        auth_code=f"PP{number}" if plan in ("10", "50", "89") and profile.v4 else None,
        claim_code=f"CC{number}" if plan in ("20", "25") else None,
    )
