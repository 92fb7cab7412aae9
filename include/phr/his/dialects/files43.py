"""A folder of the 43 national files, read into an SQLite database in memory when it is opened."""

# ruff: noqa: D102 - the methods are documented at the protocol
from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

from phr.his.dialects.sqlite import Sqlite
from phr.settings import Hospital


class Files43(Sqlite):
    """``files43:///path``: a folder, a zip or a folder of zips; the path is absolute.

    Every connection reads the files again: a snapshot is the files as they were when it was opened.
    """

    name = "files43"

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        from phr.his.files43.load import open_export  # with its parsing, only where files are read
        from phr.his.system import system

        if url.drivername != self.name or not url.database or url.host:
            raise ValueError("files43:///absolute/path")
        root = Path("/") / url.database
        kind = system(hospital.his)

        def open_files() -> sqlite3.Connection:
            optional = {
                t: kind.optional.get(t, frozenset()) | kind.joined.get(t, frozenset()) for t in kind.tables
            }
            # one export without a column of a register must not pass for one with empty fields
            kept = {place.table for places in kind.registers.values() for place in places}
            required = {**kind.required, **{table: kind.joined[table] for table in kept}}
            return open_export(root, hospital.hcode, required, optional)

        return create_engine("sqlite://", creator=open_files, poolclass=NullPool, hide_parameters=True)

    def version(self, connection: Connection) -> str:
        exports = connection.execute(text("SELECT COUNT(*) FROM export_file")).scalar_one()
        return f"43 แฟ้ม / 43 files ({exports} exports)"
