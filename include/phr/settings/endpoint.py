"""What is known or guessed about the national endpoint, as settings.

Facts marked D or open in the API contract are settings here with their default, never constants in code.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EndpointSettings(BaseModel):
    """Behaviour of one national environment (contract sections in brackets)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: Literal["production", "uat", "sandbox"] = Field(
        default="sandbox", description="which hosts may be talked to; connections must name the same one"
    )
    time_suffix: str = Field(
        default=".000Z",
        description="text put behind local clock time; 'Z' is a label, not UTC (3.3, mark D strong)",
    )
    resend_semantics: Literal["replace", "merge", "unknown"] = Field(
        default="unknown",
        description="what a re-send does to children that are no longer in the body (3.4, open)",
    )
    vital_signs_shape: Literal["nested", "flat"] = Field(
        default="nested", description="which of the two public shapes of vital_signs is written (10.2, open)"
    )
    coverage_shape: Literal["fhir", "flat"] = Field(
        default="fhir", description="which of the two public shapes of Coverage is written (10.2, open)"
    )
    distinct_displays: bool = Field(
        default=True,
        description="results with the same display may collapse (3.4, mark D): keep them apart by text",
    )
    omit_sections: tuple[str, ...] = Field(
        default=("AllergyIntolerance", "CarePlan", "Immunization"),
        description="sections left out of encounter documents; an empty one might wipe a register (R8)",
    )
    doses_elsewhere: Literal["exclude", "include"] = Field(
        default="exclude",
        description="whether doses another facility gave, and this one noted, stand in its registers (R6)",
    )
    timeout_seconds: float = Field(default=120.0, ge=5, description="one call may take 12 s and more (7.1)")
    calls_per_minute: int | None = Field(
        default=300,
        ge=1,
        description="a per-minute limit exists, its number is unpublished (5, 10.6); null = no limit",
    )
    threads: int = Field(default=8, ge=1, le=64, description="parallel calls of one delivering process")
    attempts: int = Field(
        default=4, ge=1, le=10, description="tries of one document in one run before it stays pending"
    )
    breaker_failures: int = Field(default=25, ge=3, description="consecutive failures that pause delivery")
    lease_seconds: float = Field(
        default=60.0, gt=0.5, description="a claim not renewed for so long counts as unknown"
    )
    token_renew_seconds: int = Field(default=900, description="refresh the token when less is left (2.1)")
