"""The category feeds: one typed list from which the DAGs and the command line are built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One change feed.

    ``schedule`` is cron in Asia/Bangkok; each run covers the one-day interval that ends at it.
    """

    name: str
    dag_id: str
    title_th: str
    title_en: str
    schedule: str
    kind: str  # kind of document the feed builds


CATEGORIES: dict[str, Category] = {
    c.name: c
    for c in (
        Category(
            name="visits",
            dag_id="phr_visits",
            title_th="การรับบริการ",
            title_en="visits",
            schedule="30 1 * * *",
            kind="encounter",
        ),
    )
}
