"""### What it does

What waits in the ledger goes on: *pending* and *unknown* documents are built again from the HIS and sent;
*held* and *quarantined* ones whose cause has gone (data mended, policy changed, approved by a person) release
themselves and are ticked off. Older ones are met again by the sweep of `phr_reconcile`.

### When something is red

Open the red part: its last line names a code (`PHR-...`). `PHR-401` and `PHR-404` are an outage: what waits
goes with the next run. Anything else: mend what it says, then clear that part alone; nothing is sent twice.

**Owner:** data engineering team of the provincial public health office (สสจ.)
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, get_current_context, task

from moph_prompt.dag_parts import BANGKOK, START, default_args, notes, run_params, wire_parts
from moph_prompt.runtime import guarded, run_options

with DAG(
    dag_id="phr_redrive",
    dag_display_name="phr_redrive · ส่งที่ค้าง",
    description="ส่งที่ค้าง ปล่อยที่แก้แล้ว / sends what waits, releases what was mended",
    doc_md=notes(__doc__),
    schedule=CronDataIntervalTimetable("0 5 * * *", timezone=BANGKOK),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=["phr", "daily"],
    params=run_params("hospitals", "dry_run", "ignore_maintenance", "overrides"),
    default_args=default_args(),
):

    @task(task_display_name="วางแผน (plan)", multiple_outputs=False)
    @guarded
    def plan() -> list[dict[str, Any]]:
        """One part for each kind of document and work unit."""
        from phr.pipeline import parts
        from phr.settings import KIND_CATEGORIES

        options = run_options("visits", get_current_context())
        return parts.plan_parts(options, purpose="redrive", categories=KIND_CATEGORIES)

    wire_parts(plan(), pool="deliver")
