"""SQL as data files, rendered per dialect and per columns found; SELECT only, values only as parameters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import jinja2
from sqlalchemy import TextClause, bindparam, text

from phr import faults
from phr.errors import Bug
from phr.his.dialects import Columns, Dialect
from phr.his.system import System

_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}|/\*.*?\*/", re.DOTALL)
_WRITES = re.compile(
    r"\b(insert|update|delete|replace|merge|create|alter|drop|truncate|rename|grant|revoke|lock|call|load|"
    r"handler|set|into|exec|execute|attach|detach|pragma|vacuum|for\s+share)\b|;",
    re.IGNORECASE,
)


class _Compiled(jinja2.BytecodeCache):
    """Templates are compiled once in a process: every hospital of every run has statements of its own."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Takes the code when it was made from the same source (the bucket compares)."""
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keeps what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class Statements:
    """The statements of one source: rendered on first use, then kept."""

    def __init__(
        self, system: System, dialect: Dialect, found: Columns, hcode: str, *, admissions: bool = False
    ) -> None:
        self._system = system
        self._folders = system.sql_folders(dialect.name)
        self._hcode = hcode
        self.found = found
        #: the hospital sends admissions that are over, and they can be read
        self.admissions = admissions and self.can("admissions")
        environment = jinja2.Environment(  # noqa: S701 - renders SQL of ours, never HTML
            loader=jinja2.FileSystemLoader(self._folders),
            undefined=jinja2.StrictUndefined,
            bytecode_cache=_compiled,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        helpers: Mapping[str, Callable[..., object] | str] = {
            "in_order": dialect.in_order,
            "d": dialect.date_text,
            "t": dialect.time_text,
            "moment_day": dialect.moment_day,
            "moment_time": dialect.moment_time,
            "txt": dialect.as_text,
            "yes": dialect.yes,
            "concat": dialect.concat,
            "procedure_code": dialect.procedure_code,
            "not_digits": dialect.not_digits,
            "has": self.has,
            "opt": self._optional_column,
            "left": self._left_join,
        }
        environment.globals.update(helpers, admissions=self.admissions)
        self._environment = environment
        self.get = lru_cache(maxsize=None)(self._get)

    def has(self, table: str) -> bool:
        """Whether an optional table is there with the columns it is joined by."""
        if table not in self._system.joined:
            raise Bug(faults.UNEXPECTED, detail=f"{table} is not declared optional")
        return self._system.joined[table] <= self.found.get(table, frozenset())

    def can(self, part: str) -> bool:
        """Whether the tables of a part are there (``parts`` of ``adapter.yaml``); no such part, no."""
        tables = self._system.parts.get(part)
        return tables is not None and all(
            columns <= self.found.get(table, frozenset()) for table, columns in tables.items()
        )

    def _optional_column(self, table: str, column: str, alias: str) -> str:
        declared = self._system.optional.get(table, frozenset())
        declared |= self._system.joined.get(table, frozenset())
        if column not in declared:
            raise Bug(faults.UNEXPECTED, detail=f"{table}.{column} is not declared optional")
        usable = table in self._system.required or self.has(table)
        return f"{alias}.{column}" if usable and column in self.found.get(table, frozenset()) else "NULL"

    def _left_join(self, table: str, alias: str, condition: str) -> str:
        return f"LEFT JOIN {table} {alias} ON {condition}" if self.has(table) else ""

    def render(self, name: str, scope: str = "") -> str:
        """The SQL text of ``<name>.sql`` with this scope (see ``scopes.jinja``).

        :raises Bug: PHR-901 when the file holds anything but one SELECT (design: adapters never write).
        """
        sql = self._environment.get_template(f"{name}.sql").render(scope=scope).strip()
        if not is_select(sql):
            what = "not a plain SELECT" if sql else "not written yet"
            raise Bug(faults.UNEXPECTED, detail=f"{name}.sql is {what}")
        return sql

    def _get(self, name: str, scope: str = "", counted: bool = False) -> TextClause:
        sql = self.render(name, scope)
        if counted:
            sql = f"SELECT COUNT(*) FROM (\n{sql}\n) counted_rows"  # noqa: S608 - our own file
        lists = [key for key in ("keys", "days", "settled_days", "cutoff_days") if f":{key}" in sql]
        clause = text(sql).bindparams(*(bindparam(key, expanding=True) for key in lists))
        return clause.bindparams(hcode=self._hcode) if ":hcode" in sql else clause

    def fingerprint(self) -> str:
        """Digest of the SQL files and the columns found: a change voids second looks (rule R7)."""
        digest = hashlib.sha256()
        for folder in self._folders:
            for file in sorted(folder.iterdir()):
                if file.suffix in (".sql", ".jinja", ".yaml"):
                    digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        digest.update(f"admissions={self.admissions}".encode() if self.admissions else b"")
        for table in sorted(self.found):
            digest.update(f"{table}({','.join(sorted(self.found[table]))})".encode())
        return digest.hexdigest()[:16]


def is_select(sql: str) -> bool:
    """Whether the text is one statement that only reads."""
    bare = _COMMENT.sub(" ", sql).strip()
    return bare[:6].upper().startswith(("SELECT", "WITH ")) and not _WRITES.search(bare)
