"""HOSxP (v3, v4, XE, PCU) on MySQL, MariaDB, PostgreSQL and SQLite demo replicas: SELECTs, and ``adapter.yaml``."""
