"""### What it does

Reads what changed in the hospitals' information systems, checks it, turns it into the national PHR format
and sends it to หมอพร้อม (MOPH PHR API); the last task proves from the ledger that nothing was lost.

| task | does |
|---|---|
| `plan` | decides hospitals and groups them into work units |
| `extract` | reads one consistent snapshot of the replica into encrypted staging (pool `his_read`) |
| `check` | Great Expectations: good rows go on, bad rows are listed for the hospital |
| `map` | builds the documents, decides send or hold, writes the wanted versions to the ledger |
| `deliver` | sends what the ledger wants delivered and settles every answer (pool `deliver`) |
| `finish` | adds up the ledger; fails the run when a hospital is missing, failed or does not balance |

### Parameters

All are optional; without any, a run covers the day of its schedule and the hospital's look-back days.
`dry_run` computes everything and sends nothing.

### When something is red

1. Open the red task of the hospital: its last line names a code (`PHR-...`), the cause and the next step.
2. `PHR-2xx` is the hospital's database, `PHR-4xx` the national side, `PHR-1xx` our configuration.
3. Clear that one task ("Clear task"); every task is safe to run again, nothing is sent twice.
4. A red `finish` over green hospitals means the numbers do not add up (`PHR-504`): report it the same day.
5. A task that stays *scheduled*: the pools `his_read` and `deliver` must exist (Admin > Pools).

**Owner:** data engineering team of the provincial public health office (สสจ.)
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    DAG,
    CronDataIntervalTimetable,
    TriggerRule,
    get_current_context,
    get_parsing_context,
    task,
    task_group,
)

from moph_prompt.dag_parts import BANGKOK, START, default_args, notes, run_params
from moph_prompt.operators import MophPromptOperator
from moph_prompt.runtime import guarded, require_succeeded, run_options
from phr.settings import CATEGORIES, Category

PARAMS = (
    "hospitals",
    "day_from",
    "day_to",
    "look_back_days",
    "dry_run",
    "limit",
    "resend_unchanged",
    "ignore_maintenance",
    "overrides",
)


def build_dag(category: Category) -> DAG:
    """The DAG of one change feed."""
    found_by = (
        f"**หมวด / feed:** {category.title_th} / {category.title_en}. "
        f"ค้นด้วย{category.found_by_th} / found by {category.found_by_en}.\n\n"
    )
    if category.proposed:
        found_by += (
            "**รูปแบบที่ส่วนกลางยังไม่ยืนยัน / shape not settled:** ทำงานเฉพาะโรงพยาบาลที่เปิดหมวดนี้ใน hospitals.yaml "
            "/ works only for hospitals whose entry names the category.\n\n"
        )
    with DAG(
        dag_id=category.dag_id,
        dag_display_name=f"{category.dag_id} · {category.title_th}",
        description=f"ส่งข้อมูล{category.title_th}เข้าหมอพร้อม / sends {category.title_en} to the national PHR",
        doc_md=notes(__doc__, found_by),
        schedule=CronDataIntervalTimetable(category.schedule, timezone=BANGKOK),
        start_date=START,
        catchup=False,
        max_active_runs=2,  # the daily run and one on demand; a backfill has a limit of its own
        tags=["phr", category.name],
        params=run_params(*PARAMS),
        # before a backfill, a re-drive or a sweep when executor slots are short
        default_args=default_args(priority_weight=10),
    ) as dag:
        _wire(category)
    return dag


def _wire(category: Category) -> None:
    # Steps are imported inside the tasks: parsing stays cheap, and a forked task finds them preloaded.

    @task(task_display_name="วางแผน (plan)")
    @guarded
    def plan() -> list[dict[str, Any]]:
        from phr.pipeline import steps

        return steps.plan_units(run_options(category.name, get_current_context()))

    def step(name: str, title_th: str, **settings: Any) -> Any:
        @task(
            task_id=name,
            task_display_name=f"{title_th} ({name})",
            map_index_template="{{ unit_label }}",
            multiple_outputs=False,  # one XCom of counts, not one for each of them
            **settings,
        )
        @guarded
        def run(unit: dict[str, Any]) -> dict[str, Any]:
            context = get_current_context()
            context["unit_label"] = unit["label_th"]  # first: a template that fails to render fails the task
            from phr.pipeline import steps

            return getattr(steps, f"{name}_unit")(run_options(category.name, context), unit)

        return run

    @task_group(group_id="unit", group_display_name="หน่วยงาน (work unit)")
    def per_unit(unit: dict[str, Any]) -> None:
        deliver = MophPromptOperator(
            task_id="deliver",
            task_display_name="ส่งหมอพร้อม (deliver)",
            map_index_template="{{ unit_label }}",
            category=category.name,
            unit=unit,
            pool="deliver",
        )
        (
            step("extract", "อ่านจาก HIS", pool="his_read")(unit)
            >> step("check", "ตรวจคุณภาพ")(unit)
            >> step("map", "จัดรูปแบบ")(unit)
            >> deliver
        )

    # all_done: the sum is due whatever happened, and it is this task that fails the run
    @task(
        task_display_name="สรุปจากบัญชี (finish)",
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(minutes=15),
    )
    @guarded
    def finish() -> dict[str, Any]:
        from phr.pipeline import steps

        context = get_current_context()
        require_succeeded(context, "plan")
        return steps.finish_run(run_options(category.name, context))

    per_unit.expand(unit=plan()) >> finish()


# A task process parses this file for one DAG; building all of them takes eight times as long.
_wanted = get_parsing_context().dag_id
for _category in CATEGORIES.values():
    if _wanted in (None, _category.dag_id):
        globals()[_category.dag_id] = build_dag(_category)
