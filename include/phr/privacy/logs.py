"""Installs the redacting filter on every handler of the process."""

from __future__ import annotations

import logging

from phr.privacy.redact import RedactFilter, redact

__all__ = ["install", "redact"]

_FILTER = RedactFilter()


def install() -> None:
    """Put the filter on the root logger and its handlers; safe to call again (new handlers get it too)."""
    root = logging.getLogger()
    for target in (root, *root.handlers):
        if _FILTER not in target.filters:
            target.addFilter(_FILTER)
    # the HTTP library logs full URLs at DEBUG, and a removal call carries a reference in its URL
    logging.getLogger("urllib3").setLevel(logging.WARNING)
