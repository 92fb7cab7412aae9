"""The invented hospitals of the demo province (names and codes as in ``config/hospitals.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class HospitalProfile:
    """How busy an invented hospital is and what it can do. Shares are fractions of visits."""

    hcode: str
    name_th: str
    kind: Literal["general", "community", "health_centre"]
    #: visits on an ordinary weekday at scale 1.0
    weekday_visits: int
    #: visits of a Saturday or Sunday against a weekday; 0.0 is closed
    weekend_share: float
    admitted_share: float
    lab_share: float
    #: HOSxP v4 keeps row time stamps and SpO2; v3 and PCU do not have or fill these columns
    v4: bool
    #: the site's own ids of smoking and drinking, from "no" on
    smoking_ids: tuple[int, ...]
    drinking_ids: tuple[int, ...]


PROFILES: dict[str, HospitalProfile] = {
    p.hcode: p
    for p in (
        HospitalProfile(
            "99001", "รพ.ทั่วไปสมมติ", "general", 300, 0.35, 0.05, 0.32, True, (1, 1, 1, 2, 4), (1, 1, 2, 3, 9)
        ),
        HospitalProfile(
            "99002", "รพ.ชุมชนสมมติ", "community", 120, 0.25, 0.03, 0.26, False, (1, 1, 2, 3, 4), (1, 1, 1, 2)
        ),
        HospitalProfile(
            "99003", "รพ.สต.บ้านสมมติ", "health_centre", 30, 0.0, 0.0, 0.08, False, (1, 1, 2), (1, 1, 3)
        ),
    )
}
