"""Fixtures of the HIS tests; see ``hosxp_source`` and ``hospital_os_source``."""

from hospital_os_source import hos, hos_adapter
from hosxp_source import adapter, mariadb_source, postgres_source, source, sqlite_source

__all__ = [
    "adapter",
    "hos",
    "hos_adapter",
    "mariadb_source",
    "postgres_source",
    "source",
    "sqlite_source",
]
