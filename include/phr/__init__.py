"""The domain of the MOPH-PROMPT pipeline: from a hospital's rows to a citizen's record.

Nothing in this package imports Airflow; the ``phr`` command and the Airflow DAGs drive the same code.
"""

__version__ = "0.1.0"
