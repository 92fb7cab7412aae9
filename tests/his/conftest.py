"""Fixtures of the HIS tests; see ``hosxp_source``, ``jhcis_source`` and ``files43_source``."""

from files43_source import folder43
from hosxp_source import adapter, mariadb_source, postgres_source, source, sqlite_source
from jhcis_source import jhcis, jhcis_adapter

__all__ = [
    "adapter",
    "folder43",
    "jhcis",
    "jhcis_adapter",
    "mariadb_source",
    "postgres_source",
    "source",
    "sqlite_source",
]
