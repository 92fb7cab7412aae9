"""Typed configuration: hospitals, endpoint, categories. Unknown keys and values are refused."""

from phr.settings.categories import CATEGORIES, Category, CategoryName
from phr.settings.endpoint import EndpointSettings
from phr.settings.hospitals import Hospital, Province, WorkUnit, load_province

__all__ = [
    "CATEGORIES",
    "Category",
    "CategoryName",
    "EndpointSettings",
    "Hospital",
    "Province",
    "WorkUnit",
    "load_province",
]
