"""What the DAG files share: the form of a run, defaults of the tasks, and the wiring of a run in parts.

Imported when DAG files are parsed: nothing here reads a database or a network, and the steps themselves are
imported inside the tasks, where a forked task finds them preloaded.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import Param, TriggerRule, get_current_context, task, task_group

from moph_prompt.operators import MophPromptOperator
from moph_prompt.runtime import RETRY_POLICY, STEP_TIMEOUT, give_way, guarded, require_succeeded
from phr.errors import PhrError
from phr.home import Home
from phr.settings import CATEGORIES, OVERRIDABLE, Hospital, load_province

BANGKOK = pendulum.timezone("Asia/Bangkok")
FIELDS: dict[str, Any] = Hospital.model_json_schema()["properties"]
START = pendulum.datetime(2015, 1, 1, tz=BANGKOK)


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


def notes(text: str | None, before: str = "") -> str:
    """The notes of a DAG: what is wrong with hospitals.yaml first, then its own text."""
    problem = hospital_names()[1]
    warning = f"> ⚠ **hospitals.yaml**: {problem}\n\n" if problem else ""
    return warning + before + (text or "")


def default_args(**more: Any) -> dict[str, Any]:
    """Defaults of every task: only what may succeed later is tried again."""
    return {
        "owner": "phr",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": RETRY_POLICY,
        "execution_timeout": STEP_TIMEOUT,
        **more,
    }


def run_params(*wanted: str) -> dict[str, Param]:
    """The form of a run, help in Thai and English; each schema refuses what the run could not use.

    :param wanted: names out of the whole form, in their order.
    """
    names = hospital_names()[0]
    code: dict[str, Any] = {"type": "string", "pattern": r"^\d{5}$"}
    hcodes = _SharedList(names)
    known: dict[str, Any] = {"enum": hcodes} if names else {}
    form = {
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
        "categories": Param(
            list(CATEGORIES),
            type="array",
            title="หมวด / Categories",
            description_md="หมวดที่ต้องการส่ง / what to send",
            items={"type": "string", "enum": list(CATEGORIES)},
            examples=list(CATEGORIES),
            values_display={c.name: f"{c.title_th} ({c.name})" for c in CATEGORIES.values()},
            uniqueItems=True,
            minItems=1,
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
        "chunk_days": Param(
            7,
            type="integer",
            minimum=1,
            maximum=366,
            title="วันต่อชุด / Days in one part",
            description_md="ชุดเล็กเสียเวลาน้อยเมื่อถูกหยุดกลางคัน / small parts lose little when killed",
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
        "believe_missing": Param(
            False,
            type="boolean",
            title="เชื่อว่าส่วนกลางไม่มีจริงแม้ขาดมาก / Believe a list that lacks a lot",
            description_md="ปกติหากขาดเกินเพดานจะเพียงรายงาน ไม่ส่งซ้ำ "
            "/ without it, more missing than the brake allows is listed and nothing goes again",
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
    return {name: form[name] for name in wanted}


def wire_parts(planned: Any, *, pool: str, group_id: str = "part", gives_way: bool = False) -> Any:
    """A task group mapped over the parts of a run, and the task that judges them all.

    :param planned: output of a task that returns parts (:func:`phr.pipeline.parts.plan_parts`).
    :param pool: pool of both tasks: a backfill has its own, so that it never holds a slot of today's run.
    :param gives_way: lower the CPU priority of both.
    """
    # a part is delivered before the next one is prepared: its days arrive, its staging is done with, and a
    # re-drive does not find the whole backfill waiting
    shared: dict[str, Any] = {"pool": pool, "weight_rule": "upstream"}

    @task(
        task_id="prepare",
        task_display_name="อ่าน ตรวจ จัดรูปแบบ (prepare)",
        map_index_template="{{ unit_label }}",
        multiple_outputs=False,
        **shared,
    )
    @guarded
    def prepare(part: dict[str, Any]) -> dict[str, Any]:
        context: Any = get_current_context()
        context["unit_label"] = part["label_th"]  # first: a template that fails to render fails the task
        if gives_way:
            give_way()
        from phr.pipeline import parts

        return parts.prepare(part)

    @task_group(group_id=group_id, group_display_name="ชุด (part)")
    def per_part(part: dict[str, Any]) -> None:
        deliver = MophPromptOperator(
            task_id="deliver",
            task_display_name="ส่งหมอพร้อม (deliver)",
            map_index_template="{{ unit_label }}",
            part=part,
            gives_way=gives_way,
            **shared,
        )
        prepare(part) >> deliver

    @task(
        task_id=f"finish_{group_id}s",
        task_display_name="สรุปจากบัญชี (finish)",
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(minutes=30),
    )
    @guarded
    def finish(made: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        from phr.pipeline import parts

        require_succeeded(get_current_context(), planned.operator.task_id)
        return parts.finish_parts(list(made or ()))

    group = per_part.expand(part=planned)
    done = finish(planned)
    group >> done
    return done
