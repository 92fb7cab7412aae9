"""Airflow provider of the national PHR (หมอพร้อม): connection type, hook and the delivering operator."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("moph-prompt")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0"
