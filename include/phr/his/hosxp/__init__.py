"""HOSxP (v3, v4, PCU) on MySQL, MariaDB and SQLite demo replicas.

The SELECTs stand beside this file, the tables and columns they need in ``tables.yaml``.
"""

from phr.his.hosxp.adapter import HosxpAdapter

__all__ = ["HosxpAdapter"]
