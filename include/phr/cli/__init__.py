"""The ``phr`` command."""

from phr.cli.main import app

__all__ = ["app"]
