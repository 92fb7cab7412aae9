"""Canonical rows -> documents of the national API; pure functions, no I/O but the code maps at import."""

from phr.mapping.allergy import AllergyBundle, AllergyDocument, build_allergies
from phr.mapping.chronic import ChronicBundle, ChronicDocument, build_chronic
from phr.mapping.encounter import (
    MAPPING_VERSION,
    EncounterDocument,
    VisitBundle,
    build_encounter,
)
from phr.mapping.hashing import content_hash, encode, patient_hash
from phr.mapping.immunization import (
    ImmunizationDocument,
    RegisterBundle,
    build_immunization_register,
)
from phr.mapping.registers import RegisterEntry, best_record
from phr.mapping.source import source_hash

__all__ = [
    "MAPPING_VERSION",
    "AllergyBundle",
    "AllergyDocument",
    "ChronicBundle",
    "ChronicDocument",
    "EncounterDocument",
    "ImmunizationDocument",
    "RegisterBundle",
    "RegisterEntry",
    "VisitBundle",
    "best_record",
    "build_allergies",
    "build_chronic",
    "build_encounter",
    "build_immunization_register",
    "content_hash",
    "encode",
    "patient_hash",
    "source_hash",
]
