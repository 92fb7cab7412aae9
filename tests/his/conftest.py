"""Fixtures of the HIS tests; see ``hosxp_source`` and ``jhcis_source``."""

from hosxp_source import adapter, mariadb_source, source, sqlite_source
from jhcis_source import jhcis, jhcis_adapter

__all__ = ["adapter", "jhcis", "jhcis_adapter", "mariadb_source", "source", "sqlite_source"]
