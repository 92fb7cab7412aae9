"""Fixtures of the HIS tests; each kind of HIS has its ``*_source`` module."""

from files43_source import folder43
from hospital_os_source import hos, hos_adapter
from hosxp_source import adapter, mariadb_source, postgres_source, source, sqlite_source
from jhcis_source import jhcis, jhcis_adapter

__all__ = [
    "adapter",
    "folder43",
    "hos",
    "hos_adapter",
    "jhcis",
    "jhcis_adapter",
    "mariadb_source",
    "postgres_source",
    "source",
    "sqlite_source",
]
