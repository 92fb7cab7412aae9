"""Canonical tables: the contract between HIS adapters and everything after them."""

from phr.canonical.tables import (
    TABLES,
    Allergy,
    Appointment,
    CanonicalRow,
    Coverage,
    Diagnosis,
    DrugDispense,
    IdentityEvidence,
    Immunization,
    LabResult,
    Patient,
    RegisterPerson,
    Screening,
    Visit,
    VitalSign,
    column_doc,
)

__all__ = [
    "TABLES",
    "Allergy",
    "Appointment",
    "CanonicalRow",
    "Coverage",
    "Diagnosis",
    "DrugDispense",
    "IdentityEvidence",
    "Immunization",
    "LabResult",
    "Patient",
    "RegisterPerson",
    "Screening",
    "Visit",
    "VitalSign",
    "column_doc",
]
