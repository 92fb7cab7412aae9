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
`dry_run` computes everything and sends nothing. A hospital that is paused or in its maintenance window is
skipped, as `finish` and the report say; by name it is refused (`ignore_maintenance` opens a window).

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
from functools import lru_cache
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import (
    DAG,
    CronDataIntervalTimetable,
    Param,
    TriggerRule,
    get_current_context,
    task,
    task_group,
)

from moph_prompt.operators import MophPromptOperator
from moph_prompt.runtime import RETRY_POLICY, STEP_TIMEOUT, guarded, require_planned, run_options
from phr.errors import PhrError
from phr.home import Home
from phr.settings import CATEGORIES, OVERRIDABLE, Category, Hospital, load_province

BANGKOK = pendulum.timezone("Asia/Bangkok")
FIELDS: dict[str, Any] = Hospital.model_json_schema()["properties"]


class _SharedList(list[str]):
    """Never changed after it is made. Airflow gives every task a deep copy of all Params: of five hundred
    hospitals' codes that would be a third of the parse time."""

    def __deepcopy__(self, memo: Any) -> _SharedList:
        return self


class _SharedDict(dict[str, str]):
    """See :class:`_SharedList`."""

    def __deepcopy__(self, memo: Any) -> _SharedDict:
        return self


@lru_cache(maxsize=4)
def _read_hospitals(path: Path, _mtime_ns: int) -> tuple[dict[str, str], str]:
    try:
        province = load_province(path)
    except PhrError as error:
        return {}, str(error)
    problem = " · ".join(str(broken.error) for broken in province.broken[:5])
    if len(province.broken) > 5:
        problem += f" · +{len(province.broken) - 5} (phr config check)"
    return {h.hcode: h.name_th for h in province.hospitals}, problem


def hospital_names() -> tuple[dict[str, str], str]:
    """Names by hcode for the form, and the message when the file or the entry of a hospital is malformed.

    A malformed file must not make the DAGs vanish from the UI: they stay, say so in their notes, and the
    `plan` task fails with the same message.
    """
    path = Home.from_env().config_dir / "hospitals.yaml"
    return _read_hospitals(path, path.stat().st_mtime_ns if path.exists() else 0)


def run_params(names: dict[str, str]) -> dict[str, Param]:
    """The form of a run, help in Thai and English; each schema refuses what the run could not use."""
    code: dict[str, Any] = {"type": "string", "pattern": r"^\d{5}$"}
    hcodes = _SharedList(names)
    known = {"enum": hcodes} if hcodes else {}
    return {
        "hospitals": Param(
            [],
            type=["array", "null"],
            title="โรงพยาบาล / Hospitals",
            description_md="ว่าง = ทุกแห่งที่เปิดใช้ / empty = all enabled hospitals",
            items=code | known,
            examples=hcodes,
            values_display=_SharedDict({hcode: f"{name} ({hcode})" for hcode, name in names.items()}),
            uniqueItems=True,
        ),
        "day_from": Param(
            None,
            type=["string", "null"],
            format="date",
            title="ตั้งแต่วันรับบริการ / First service day",
            description_md="ค.ศ. ว่าง = ตามรอบปกติ / empty = the usual days of the run",
        ),
        "day_to": Param(
            None,
            type=["string", "null"],
            format="date",
            title="ถึงวันรับบริการ / Last service day",
            description_md="ว่าง = วันเดียวกับวันเริ่ม / empty = the same day as the first",
        ),
        "look_back_days": Param(
            None,
            type=["integer", "null"],
            minimum=0,
            maximum=60,
            title="อ่านย้อนหลังกี่วัน / Look-back days",
            description_md="ว่าง = ตามที่ตั้งไว้ของแต่ละแห่ง / empty = each hospital's own setting",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="ทดลอง ไม่ส่งจริง / Dry run",
            description_md="คำนวณทุกอย่าง แต่ไม่ส่งออก / computes everything and sends nothing",
        ),
        "limit": Param(
            None,
            type=["integer", "null"],
            minimum=1,
            title="ส่งไม่เกินกี่เอกสารต่อแห่ง / Documents per hospital at most",
            description_md="ที่เหลือค้างส่งไว้ในบัญชี / the rest stays pending in the ledger",
        ),
        "resend_unchanged": Param(
            False,
            type="boolean",
            title="ส่งซ้ำแม้ไม่เปลี่ยน / Re-send unchanged",
            description_md="ใช้เมื่อส่วนกลางขอเท่านั้น / only when the national side asks for it",
        ),
        "ignore_maintenance": Param(
            False,
            type="boolean",
            title="อ่านแม้อยู่ในช่วงบำรุงรักษา / Read during maintenance",
            description_md="ปกติแห่งที่อยู่ในช่วงบำรุงรักษาจะถูกข้าม ที่หยุดไว้ (paused) ยังข้ามเสมอ "
            "/ hospitals in a maintenance window are skipped without it; paused ones always are",
        ),
        "overrides": Param(
            {},
            type=["object", "null"],
            title="ตั้งค่าเฉพาะรอบนี้ / Overrides by hospital",
            description_md=f'เช่น / e.g. `{{"99001": {{"look_back_days": 7}}}}` ({", ".join(OVERRIDABLE)})',
            propertyNames=code | known,
            additionalProperties={
                "type": "object",
                "properties": {name: FIELDS[name] for name in OVERRIDABLE},
                "additionalProperties": False,
            },
        ),
    }


def build_dag(category: Category) -> DAG:
    """The DAG of one change feed."""
    names, problem = hospital_names()
    found_by = (
        f"**หมวด / feed:** {category.title_th} / {category.title_en}. "
        f"ค้นด้วย{category.found_by_th} / found by {category.found_by_en}.\n\n"
    )
    warning = f"> ⚠ **hospitals.yaml**: {problem}\n\n" if problem else ""
    with DAG(
        dag_id=category.dag_id,
        dag_display_name=f"{category.dag_id} · {category.title_th}",
        description=f"ส่งข้อมูล{category.title_th}เข้าหมอพร้อม / sends {category.title_en} to the national PHR",
        doc_md=warning + found_by + (__doc__ or ""),
        schedule=CronDataIntervalTimetable(category.schedule, timezone=BANGKOK),
        start_date=pendulum.datetime(2015, 1, 1, tz=BANGKOK),
        catchup=False,
        max_active_runs=2,  # the daily run and one on demand; a backfill has a limit of its own
        tags=["phr", category.name],
        params=run_params(names),
        default_args={
            "owner": "phr",
            "retries": 2,
            "retry_delay": timedelta(minutes=1),
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": timedelta(minutes=10),
            "retry_policy": RETRY_POLICY,
            "execution_timeout": STEP_TIMEOUT,
        },
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
        require_planned(context)
        return steps.finish_run(run_options(category.name, context))

    per_unit.expand(unit=plan()) >> finish()


for _category in CATEGORIES.values():
    globals()[_category.dag_id] = build_dag(_category)
