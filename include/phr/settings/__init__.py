"""Typed configuration: hospitals, endpoint, categories. Unknown keys and values are refused."""

from phr.settings.categories import CATEGORIES, KIND_CATEGORIES, Category, CategoryName
from phr.settings.endpoint import EndpointSettings
from phr.settings.hospital_parts import Brake, Contact, MaintenanceWindow, UnmappedCodes, UnmappedPolicy
from phr.settings.hospitals import OVERRIDABLE, Hospital, IdentityPolicy, Province, WorkUnit
from phr.settings.loading import load_province

__all__ = [
    "CATEGORIES",
    "KIND_CATEGORIES",
    "OVERRIDABLE",
    "Brake",
    "Category",
    "CategoryName",
    "Contact",
    "EndpointSettings",
    "Hospital",
    "IdentityPolicy",
    "MaintenanceWindow",
    "Province",
    "UnmappedCodes",
    "UnmappedPolicy",
    "WorkUnit",
    "load_province",
]
