"""HOSxP (v3, v4, PCU) on MySQL, MariaDB and SQLite demo replicas: SELECTs, and ``adapter.yaml``."""
