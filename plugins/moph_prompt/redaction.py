"""structlog processor that cuts identities and secrets out of log events (LG1); knows nothing of Airflow."""

from __future__ import annotations

from typing import Any

import structlog

from phr.privacy import logs
from phr.privacy.redact import redact

_OWN_KEYS = frozenset({"timestamp", "level", "logger", "filename", "lineno", "loc"})


def redact_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Every text in the event redacted, tracebacks included."""
    return {key: value if key in _OWN_KEYS else _redact(value) for key, value in event.items()}


def _redact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _redact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redact(item) for item in value]
    # numbers and objects keep their type unless their text gives something away
    text = str(value)
    clean = redact(text)
    return value if clean == text else clean


def redact_component_log() -> None:
    """Redact what this component itself logs: the executor repeats there what a task prints."""
    before = structlog.get_config()["processors"]
    if redact_event not in before:
        # the exception becomes text first: the renderer at the end would add it unredacted
        mended = [*before[:-1], structlog.processors.format_exc_info, redact_event, before[-1]]
        structlog.configure(processors=mended)
    logs.install()
