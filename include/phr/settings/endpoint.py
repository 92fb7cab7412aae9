"""What is known or guessed about the national endpoint, as settings.

Facts marked D or open in the API contract are settings here with their default, never constants in code.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

IcdPrefix = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}[0-9A-Z]{0,3}$")]
ChronicCode = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
#: parallel calls of one delivering hospital at most, whatever its weight
MOST_THREADS = 64


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
    diagnosis_type_in_category: bool = Field(
        default=True,
        description="a diagnosis carries its 43-file DIAGTYPE as second category (no key of its own; mark D)",
    )
    lab_reference_range: bool = Field(
        default=True,
        description="results carry referenceRange in FHIR's shape (stored, input key not public; mark D)",
    )
    lab_interpretation: bool = Field(
        default=True,
        description="results carry their abnormal flag as interpretation in FHIR's shape (as above; mark D)",
    )
    lab_codings: Literal["first", "all"] = Field(
        default="all",
        description=(
            "codes of a result: only the first the hospital has of LOINC, TMLT, LABTEST, or all of them and "
            "behind them its own (which one is stored is not public; mark D)"
        ),
    )
    drug_extra_codings: bool = Field(
        default=True, description="the 24-digit code stands behind the TMT code of a drug (mark D)"
    )
    screen_allergy: bool = Field(
        default=False,
        description=(
            "send 'denies allergies' when the screening says N (6.4). Off, because N may be the default of a "
            "form nobody filled in: a false denial is worse than none"
        ),
    )
    omit_sections: tuple[str, ...] = Field(
        default=("AllergyIntolerance", "CarePlan", "Immunization"),
        description="sections left out of encounter documents; an empty one might wipe a register (R8)",
    )
    doses_elsewhere: Literal["exclude", "include"] = Field(
        default="exclude",
        description="whether doses another facility gave, and this one noted, stand in its registers (R6)",
    )
    allergy_informant: bool = Field(
        default=False,
        description=(
            "allergies carry who said so with the code of 43-file INFORMANT. Off, because the one published "
            "code of the national list has another name (6.1, open)"
        ),
    )
    chronic_codes: dict[IcdPrefix, ChronicCode] = Field(
        default_factory=dict,
        description=(
            "national codes of chronic diseases by ICD-10 prefix, beside the one that is published: E10 to "
            "E14 are 001 (6.1, open). A disease without one is not sent"
        ),
    )
    allow_chronic_remove: bool = Field(
        default=False,
        description=(
            "an entry that is gone from a chronic disease register may be removed nationally (4.4), when a "
            "person has approved exactly that; without this the register is held"
        ),
    )
    allow_empty_register: bool = Field(
        default=False,
        description=(
            "an immunization register that became empty in the HIS may be sent empty (4.5), when a person "
            "has approved exactly that. Off, because what the national side makes of an empty list is open; "
            "without this the emptied register is only listed"
        ),
    )
    allow_scope_all: bool = Field(
        default=False,
        description="whole-history mode drops every encounter that is left out (3.2): never without this",
    )
    ask_agent_computer: bool = Field(
        default=True,
        description=(
            "ask which computer sends for a hospital before anything is taken back: if another one does, or "
            "its name cannot be read (shape open), nothing is (5)"
        ),
    )
    own_computers: tuple[str, ...] = Field(
        default=(), description="computer names the national side may know our own sending by (5)"
    )
    send_summary: bool = Field(
        default=True, description="send OrgEncounterSummary, the hospital's own counts per day (4.10)"
    )
    timeout_seconds: float = Field(default=120.0, ge=5, description="one call may take 12 s and more (7.1)")
    calls_per_minute: int | None = Field(
        default=300,
        ge=1,
        description="a per-minute limit exists, its number is unpublished (5, 10.6); null = no limit",
    )
    threads: int = Field(
        default=8,
        ge=1,
        le=MOST_THREADS,
        description="parallel calls of one delivering hospital, times its `budget_weight`",
    )
    attempts: int = Field(
        default=4, ge=1, le=10, description="tries of one document in one run before it stays pending"
    )
    breaker_failures: int = Field(default=25, ge=3, description="consecutive failures that pause delivery")
    lease_seconds: float = Field(
        default=60.0, gt=0.5, description="a claim not renewed for so long counts as unknown"
    )
    token_renew_seconds: int = Field(default=900, description="refresh the token when less is left (2.1)")
