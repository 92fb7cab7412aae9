"""Read by every Airflow component at start; a name in ``__all__`` replaces that of ``airflow.settings``."""

import importlib
import os

__all__ = ["configure_logging"]

# LocalExecutor and the Celery worker fork the task process from a parent, so what the parent has imported is
# free in the task. Great Expectations takes seconds: set PHR_PRELOAD=1 for the scheduler (LocalExecutor) or
# the worker (CeleryExecutor) and for nothing else, as the others never run checks.
if os.environ.get("PHR_PRELOAD") == "1":
    # Threads do not survive a fork; a numeric library that started some in the parent would hang in the task.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    importlib.import_module("phr.quality").preload()
    for _name in (
        "phr.pipeline.steps",
        "phr.his.adapter",
        # what the DAG files import: every task process parses one of them
        "moph_prompt.dag_parts",
        "moph_prompt.operators",
        "airflow.providers.standard.decorators.python",
    ):
        importlib.import_module(_name)


def configure_logging() -> None:
    """Airflow's own logging of a component, with identities and secrets cut out of its lines."""
    from airflow import logging_config

    logging_config.configure_logging()
    importlib.import_module("moph_prompt.redaction").redact_component_log()
