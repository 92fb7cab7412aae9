"""``[logging] logging_config_class``: Airflow's own, with identities and secrets cut out of task logs.

Airflow 3.3 runs the ``processors`` of the module's ``REMOTE_TASK_LOG`` on every task log line: in the task
process (structlog and stdlib alike) and again in the supervisor, which also sees what a library prints.
That is the documented place "to transform the structured log messages as they are being written". Real
remote logging keeps working: reading and uploading are passed on to the handler Airflow has configured.

Airflow imports this module while it is being imported itself: ``import airflow`` comes first, always.
"""

from __future__ import annotations

from typing import Any

from airflow.config_templates import airflow_local_settings as defaults

from moph_prompt.redaction import redact_event

LOGGING_CONFIG: dict[str, Any] = defaults.DEFAULT_LOGGING_CONFIG
DEFAULT_REMOTE_CONN_ID: str | None = defaults.DEFAULT_REMOTE_CONN_ID


class RedactingTaskLog:
    """A ``RemoteLogIO`` that redacts and otherwise hands over to the configured one, if any."""

    def __init__(self, inner: Any = None) -> None:
        self._inner = inner

    @property
    def processors(self) -> tuple[Any, ...]:
        """Processors of the task write path; ours runs first, so an inner one ships redacted lines."""
        return (redact_event, *(getattr(self._inner, "processors", None) or ()))

    def upload(self, path: Any, ti: Any = None) -> None:
        """Upload a finished log, when remote logging is configured."""
        if self._inner is not None:
            self._inner.upload(path, ti)

    def read(self, relative_path: str, ti: Any) -> tuple[list[str], list[str] | None]:
        """Remote log lines; none without remote logging, so Airflow reads the local file."""
        return self._inner.read(relative_path, ti) if self._inner is not None else ([], [])

    def __getattr__(self, name: str) -> Any:
        # ``stream`` is optional in Airflow's protocol: offer it exactly when the inner handler does
        if name == "stream" and self._inner is not None:
            return self._inner.stream
        raise AttributeError(name)


REMOTE_TASK_LOG = RedactingTaskLog(defaults.REMOTE_TASK_LOG)
