"""Release: data class and policy decide, before anything is sent, whether a document may go (rule R10)."""

from phr.release.decision import (
    Decision,
    decide,
    decide_allergies,
    decide_bundle,
    decide_chronic,
    decide_register,
    without_withheld_texts,
)
from phr.release.policy import Policy

__all__ = [
    "Decision",
    "Policy",
    "decide",
    "decide_allergies",
    "decide_bundle",
    "decide_chronic",
    "decide_register",
    "without_withheld_texts",
]
