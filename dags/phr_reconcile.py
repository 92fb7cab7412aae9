"""### What it does

Compares three sides for every hospital: the HIS, our ledger, and the lists of the national side.

| task | does |
|---|---|
| `compare` | lists what is missing or extra there (ours or another sender's) and what was not sent |
| | lets missing documents go again when they are few; sends OrgEncounterSummary |
| | looks a second time for what vanished from the HIS; takes back what may go |
| | lists immunization registers that became empty; one is sent empty only where allowed and approved |
| `part` | the sweep: older days are read again at decaying density, with what was missing |
| `finish_parts` | judges all of it from the ledger |
| `ask` | starts `phr_approvals` when something waits for a person |

Nothing is removed without an approval or the hospital's brake (`retraction`, `brake` in hospitals.yaml), and
never on the word of a replica that is behind.

### When something is red

`PHR-401` the national list was not readable: nothing was concluded, clear the task later. More missing than
the brake allows is only listed: look at `phr reconcile`, then run again with `believe_missing`.

**Owner:** data engineering team of the provincial public health office (สสจ.)
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, CronDataIntervalTimetable, TriggerRule, get_current_context, task

from moph_prompt.dag_parts import BANGKOK, START, default_args, notes, run_params, wire_parts
from moph_prompt.runtime import guarded, require_succeeded, run_options

with DAG(
    dag_id="phr_reconcile",
    dag_display_name="phr_reconcile · กระทบยอดกับส่วนกลาง",
    description="กระทบยอดสามทาง ซ่อม ถอน และอ่านวันเก่าซ้ำ / compares three ways, repairs, sweeps",
    doc_md=notes(__doc__),
    schedule=CronDataIntervalTimetable("0 6 * * *", timezone=BANGKOK),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=["phr", "daily"],
    params=run_params(
        "hospitals", "day_from", "day_to", "dry_run", "believe_missing", "ignore_maintenance", "overrides"
    ),
    default_args=default_args(),
):

    def _options() -> Any:
        options = run_options("visits", get_current_context())
        options.purpose = "reconcile"
        return options

    @task(task_display_name="วางแผน (plan)", multiple_outputs=False)
    @guarded
    def plan() -> list[dict[str, Any]]:
        """Work units to compare."""
        from phr.pipeline import steps

        return steps.plan_units(_options())

    @task(
        task_display_name="กระทบยอด (compare)",
        map_index_template="{{ unit_label }}",
        multiple_outputs=False,
        pool="deliver",
    )
    @guarded
    def compare(unit: dict[str, Any]) -> dict[str, Any]:
        """One work unit; counts only."""
        context = get_current_context()
        context["unit_label"] = unit["label_th"]
        from moph_prompt.hooks import MophPromptHook
        from phr.pipeline import steps

        return steps.reconcile_unit(_options(), unit, session_factory=MophPromptHook().get_conn)

    @task(
        task_display_name="สรุปการกระทบยอด (compared)",
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(minutes=15),
    )
    @guarded
    def compared() -> dict[str, Any]:
        """Judge the comparison from the ledger; the sweep goes on all the same."""
        from phr.pipeline import steps

        require_succeeded(get_current_context(), "plan")
        return steps.finish_run(_options())

    @task(
        task_display_name="วางแผนอ่านวันเก่า (plan_sweep)",
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
    )
    @guarded
    def plan_sweep() -> list[dict[str, Any]]:
        """The parts of the sweep; explicit days of the run are compared only, not swept."""
        from dataclasses import replace

        from phr.pipeline import parts
        from phr.settings import KIND_CATEGORIES

        options = replace(_options(), day_from=None, day_to=None)
        return parts.plan_parts(options, purpose="sweep", categories=KIND_CATEGORIES)

    @task.short_circuit(task_display_name="มีเรื่องรออนุมัติ? (anything_to_ask)", trigger_rule=TriggerRule.ALL_DONE)
    @guarded
    def anything_to_ask() -> bool:
        """Whether something waits for a person."""
        from phr.pipeline.questions import open_set

        return bool(open_set(_options()))

    units = compare.expand(unit=plan())
    judged = compared()
    sweep = plan_sweep()
    units >> judged
    units >> sweep
    swept = wire_parts(sweep, pool="his_read")
    asking = anything_to_ask()
    [swept, judged] >> asking
    asking >> TriggerDagRunOperator(
        task_id="ask",
        task_display_name="ขออนุมัติ (ask)",
        trigger_dag_id="phr_approvals",
        wait_for_completion=False,
        retries=0,
    )
