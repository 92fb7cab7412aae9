"""What is known or guessed about the national endpoint, as settings.

Facts marked D or open in the API contract are settings here with their default, never constants in code.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EndpointSettings(BaseModel):
    """Behaviour of one national environment (contract sections in brackets)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: Literal["production", "uat", "sandbox"] = "sandbox"
    #: text put behind local clock time; "Z" is a label, not UTC (3.3, mark D strong)
    time_suffix: str = ".000Z"
    #: what a re-send does to children that are no longer in the body (3.4, open)
    resend_semantics: Literal["replace", "merge", "unknown"] = "unknown"
    #: which of the two public shapes of vital_signs is written (10.2, open)
    vital_signs_shape: Literal["nested", "flat"] = "nested"
    #: which of the two public shapes of Coverage is written (10.2, open)
    coverage_shape: Literal["fhir", "flat"] = "fhir"
    #: two results with the same display in one encounter may collapse (3.4, mark D): keep them apart by text
    distinct_displays: bool = True
    #: sections left out of encounter documents; an empty one might wipe a register (rule R8)
    omit_sections: tuple[str, ...] = ("AllergyIntolerance", "CarePlan", "Immunization")
    #: one call may take 12 s and more (7.1)
    timeout_seconds: float = Field(default=120.0, ge=5)
    #: the per-minute limit exists, its number is unpublished (5, 10.6); None = no limit of ours
    calls_per_minute: int | None = Field(default=300, ge=1)
    #: parallel calls of one delivering process
    threads: int = Field(default=8, ge=1, le=64)
    #: tries of one document in one run before it stays pending
    attempts: int = Field(default=4, ge=1, le=10)
    #: consecutive failures that pause delivery
    breaker_failures: int = Field(default=25, ge=3)
    #: a claim not renewed for so long counts as unknown
    lease_seconds: float = Field(default=60.0, gt=0.5)
    #: refresh the token when less is left (2.1)
    token_renew_seconds: int = 900
