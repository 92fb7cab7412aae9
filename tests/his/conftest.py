"""Fixtures of the HIS tests; see ``hosxp_source``."""

from hosxp_source import adapter, mariadb_source, postgres_source, source, sqlite_source

__all__ = ["adapter", "mariadb_source", "postgres_source", "source", "sqlite_source"]
