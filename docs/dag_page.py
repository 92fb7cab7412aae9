"""The page of the DAGs, from what their files say of themselves: notes, schedules, parameters, pools."""

from __future__ import annotations

import ast
import os
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HEAD = """# DAGs

{mark}
Audience: data engineers. Kind: reference. Times are Bangkok time.
What to do when one is red: its notes below, and [When a run is red](../how-to/when-a-run-is-red.md).

| DAG | what | schedule | pools | runs at once |
|---|---|---|---|---|
"""
PARAMETERS = """
A pool that does not exist keeps its tasks *scheduled* for ever: `his_read`, `deliver` and `backfill` must be
there (Admin > Pools).

## Parameters

All are optional but the days of `phr_backfill`.

| name | default | meaning | in |
|---|---|---|---|
"""


def dag_page(mark: str) -> str:
    """One table of all DAGs, one of their parameters, and the notes of each file."""
    dags = sorted(_dags(), key=lambda d: (_schedule(d) == "on demand", _schedule(d), d.dag_id))
    parts = [HEAD.format(mark=mark)]
    for dag in dags:
        name = dag.dag_display_name.partition("· ")[2]
        pools = ", ".join(
            f"`{pool}`" for pool in sorted({task.pool for task in dag.tasks} - {"default_pool"})
        )
        parts.append(
            f"| `{dag.dag_id}` · {name} | {dag.description} | {_schedule(dag)} "
            f"| {pools or '–'} | {dag.max_active_runs} |\n"
        )
    parts += [PARAMETERS, *_parameters(dags)]
    by_file: dict[Path, list[Any]] = {}
    for dag in dags:
        by_file.setdefault(Path(dag.fileloc), []).append(dag)
    for path, group in by_file.items():
        text = str(ast.parse(path.read_text(encoding="utf-8")).body[0].value.value)  # type: ignore[attr-defined]
        parts.append(f"\n## {', '.join(dag.dag_id for dag in group)}\n\nFile: `dags/{path.name}`\n\n")
        parts += [
            f"- `{d.dag_id}`: {found}\n" for d in group if (found := d.doc_md.removesuffix(text).strip())
        ]
        parts.append(f"\n{text.strip()}\n" if parts[-1].startswith("-") else f"{text.strip()}\n")
    return "".join(parts)


def _dags() -> list[Any]:
    """Every DAG of the repository with the demo's configuration, parsed in a home that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="phr-docs-") as home:
        os.environ.update(
            AIRFLOW_HOME=home,
            AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/airflow.db",
            PHR_HOME=home,
            PHR_CONFIG_DIR=str(ROOT / "include" / "config"),
        )
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(str(ROOT / "dags"))
        if bag.import_errors:
            raise RuntimeError(f"DAG files that do not parse: {', '.join(bag.import_errors)}")
        return list(bag.dags.values())


def _schedule(dag: Any) -> str:
    """``01:30 daily``, another cron expression as it is, or ``on demand``."""
    cron = str(getattr(dag.timetable, "expression", ""))
    minute, _, rest = cron.partition(" ")
    hour, _, days = rest.partition(" ")
    if days == "* * *" and minute.isdigit() and hour.isdigit():
        return f"{int(hour):02d}:{int(minute):02d} daily"
    return cron or "on demand"


def _parameters(dags: list[Any]) -> list[str]:
    found: dict[str, tuple[str, list[str]]] = {}
    for dag in dags:
        for name, param in dag.params.items():
            shown = (
                f"| `{name}` | `{param.value}` | {param.schema['title']}<br>{param.schema['description_md']} "
            )
            found.setdefault(name, (shown, []))[1].append(dag.dag_id.removeprefix("phr_"))
    everywhere = len(dags)
    return [
        f"{shown}| {'all' if len(names) == everywhere else ', '.join(names)} |\n"
        for shown, names in found.values()
    ]
