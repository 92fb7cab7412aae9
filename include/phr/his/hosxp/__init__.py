"""HOSxP (v3, v4, XE, PCU) on MySQL, MariaDB, PostgreSQL and SQLite: SELECTs, and ``adapter.yaml``."""
