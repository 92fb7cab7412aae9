"""Where the product writes: everything lives under ``PHR_HOME``.

``replicas/`` (the demo hospitals' own databases) and ``national/`` (the API double's store) hold patient
data in plain by nature; every other byte under the home must be free of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under one ``PHR_HOME``. Directories are made on use, private to the owner (0700)."""

    root: Path

    @classmethod
    def from_env(cls) -> Home:
        """``PHR_HOME``, or ``.phr/`` in the working directory."""
        return cls(Path(os.environ.get("PHR_HOME", ".phr")).expanduser().resolve())

    def _dir(self, name: str) -> Path:
        # the root first and on its own: mkdir(parents=True) gives its mode to the last folder only
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.root / name
        path.mkdir(exist_ok=True, mode=0o700)
        return path

    @property
    def replicas(self) -> Path:
        """Demo hospitals' own databases: patient data in plain, as in any HIS."""
        return self._dir("replicas")

    @property
    def national(self) -> Path:
        """The API double's store: patient data in plain, as at the national side."""
        return self._dir("national")

    @property
    def keys(self) -> Path:
        """Key ring for pseudonyms and staging (0600 files)."""
        return self._dir("keys")

    @property
    def staging_url(self) -> str:
        """fsspec URL of the encrypted staging area (``PHR_STAGING_URL`` for shared storage)."""
        return os.environ.get("PHR_STAGING_URL") or self._dir("staging").as_uri()

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger (``PHR_LEDGER_URL``; default SQLite in the home)."""
        env = os.environ.get("PHR_LEDGER_URL")
        if env:
            return env
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{self.root / 'ledger.sqlite'}"

    @property
    def connections_file(self) -> Path:
        """Connections of the command line and the demo (0600), in Airflow's own JSON layout."""
        return Path(os.environ.get("PHR_CONNECTIONS_FILE") or self.root / "connections.json")

    @property
    def config_dir(self) -> Path:
        """Folder with ``hospitals.yaml`` and the policies.

        ``PHR_CONFIG_DIR``, else ``config/`` in the home when it holds one, else the shipped example.
        """
        if env := os.environ.get("PHR_CONFIG_DIR"):
            return Path(env)
        own = self.root / "config"
        return own if (own / "hospitals.yaml").exists() else Path(__file__).resolve().parents[1] / "config"

    @property
    def data_docs(self) -> Path:
        """Great Expectations Data Docs, without values."""
        return self._dir("data_docs")
