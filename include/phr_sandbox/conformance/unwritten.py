"""What of an adapter is not written yet, in sentences that say what to do (``phr new-adapter``)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from phr.his.statements import Statement, statements
from phr.his.system import System
from phr_sandbox.conformance.loaders import loader

_COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
_EMPTY_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(.*?\)\s*-?%\}\s*\{%-?\s*endmacro\s*-?%\}")


def unwritten(system: System) -> list[str]:
    """Everything that is missing; empty when the conformance kit can be asked."""
    return [
        *_declared(system),
        *_macros(system),
        *(missing for statement in statements(system) if (missing := unwritten_select(system, statement))),
        *_loader(system),
    ]


def unwritten_select(system: System, statement: Statement) -> str | None:
    """What a SELECT that is not there has to return; None when it is there."""
    for dialect in system.dialects:
        for folder in system.sql_folders(dialect):
            file = folder / f"{statement.name}.sql"
            if file.exists():
                if _COMMENT.sub("", file.read_text(encoding="utf-8")).strip():
                    return None
                break
    file_name, columns = f"{system.name}/{statement.name}.sql", ", ".join(statement.columns)
    return f"{file_name} is not written yet: {statement.purpose}; it has to return {columns}"


def _declared(system: System) -> Iterator[str]:
    for table in system.tables:
        if table.startswith("your_"):
            yield f"{system.name}/adapter.yaml: {table} stands for a table of the HIS, name that"
    for table, columns in {**system.required, **system.joined}.items():
        if not columns and not table.startswith("your_"):
            yield f"{system.name}/adapter.yaml: {table} names no column"
    if not system.required:
        yield f"{system.name}/adapter.yaml: required names no table"


def _macros(system: System) -> Iterator[str]:
    for file in sorted(system.folder.glob("*.jinja")):
        text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for macro in _EMPTY_MACRO.findall(text):
            yield f"{system.name}/{file.name}: macro {macro} is not written yet"


def _loader(system: System) -> Iterator[str]:
    try:
        module = loader(system.name)
    except ModuleNotFoundError:
        yield f"the kit has no loader {system.name} (phr_sandbox/conformance/loaders)"
        return
    for name in ("create", "load", "held"):
        function = getattr(module, name, None)
        if function is None:
            if name == "held" or not hasattr(module, "write"):
                yield f"loader {system.name}: {name} is missing"
        elif "raise NotImplementedError" in inspect.getsource(function):
            yield f"loader {system.name}: {name} is not written yet: {inspect.getdoc(function)}"
