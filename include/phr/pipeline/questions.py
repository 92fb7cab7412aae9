"""Open questions in a form that may be shown in Airflow, and the answers to them."""

from __future__ import annotations

from typing import Any

from phr.errors import StopHospital
from phr.ledger import approvals
from phr.pipeline.context import Context, RunOptions

#: who decided when nobody did
NOBODY = "timeout"


def open_set(options: RunOptions) -> list[dict[str, Any]]:
    """Open approvals of the hospitals of this run."""
    return approvals.questions(Context.open(options).ledger, hospitals=options.hospitals)


def open_questions(options: RunOptions) -> list[dict[str, Any]]:
    """Id, digest, subject and body (Markdown) of each open approval; counts and codes only."""
    context = Context.open(options)
    names = {h.hcode: h.name_th for h in context.province.hospitals}
    found = []
    for row in approvals.questions(context.ledger, hospitals=options.hospitals):
        lines = approvals.in_words(row)
        where = f"{row['hospital']} {names.get(row['hospital'], '')}".strip()
        found.append(
            {
                "approval_id": row["approval_id"],
                "digest": row["digest"],
                "hospital": row["hospital"],
                "subject": f"{where}: {approvals.ACTIONS_TH[row['action']]} ({row['items']})",
                "body": "\n".join(f"- {line.strip()}" for line in lines)
                + f"\n\n`phr approvals show {str(row['approval_id'])[:8]}`",
            }
        )
    return found


def answer_question(question: dict[str, Any], *, approve: bool, by: str | None, note: str) -> dict[str, Any]:
    """Write an answer down; returns the state of the approval.

    :param by: who answered; None when the time ran out, which is a rejection that may be asked again.
    """
    ledger = Context.open(RunOptions(category="visits", run_id="approvals")).ledger
    if approve and not note.strip():
        note = "–"  # the form has no way to insist; that no reason was given is itself on record
    try:
        row = approvals.decide(
            ledger,
            question["approval_id"],
            approve=approve and by is not None,
            digest=question["digest"],
            by=by or NOBODY,
            via="airflow" if by else NOBODY,
            note=note,
        )
    except StopHospital as error:
        return {"approval_id": question["approval_id"], "state": "left alone", "why": error.detail}
    return {"approval_id": row["approval_id"], "state": row["state"]}
