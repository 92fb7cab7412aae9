"""A little script played for real: product, HIS databases and double; and differences planted in it."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from little_scripts import MONDAY, H, little_script, one_visit
from rich.console import Console

from phr_sandbox.province.laboratory import PANELS
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.compare import Difference, compare
from phr_sandbox.scenario.installation import MARIADB_VARIABLE, Stage, stage
from phr_sandbox.scenario.model import Visit
from phr_sandbox.scenario.readside import log_in, read_double
from phr_sandbox.scenario.runner import Played, perform
from phr_sandbox.scenario.script import Script
from phr_sandbox.scenario.steps import NOT_BUILT

KIDNEY = PANELS["kidney"][0]


def _two_days() -> tuple[Script, list[Visit]]:
    """Four visits; one is edited, one loses a diagnosis, one is deleted."""
    s = little_script(2)
    visits = [one_visit(s, codes=(("K30", "1"), ("R42", "4")), drugs=("1000001",)) for _ in range(3)]
    visits.append(one_visit(s, panels=("kidney",), follow_up=30))
    s.on(2, H, "", edits.report(visits[3].vn, KIDNEY, {205: "2.50"}, s.date(2), "09:00:00"))
    s.on(2, H, "", edits.drop_diagnosis(visits[1].vn, "R42"))
    s.on(2, H, "", edits.drop_visits(visits[2].vn))
    one_visit(s, 2)
    return s, visits


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.mariadb), "sqlite"])
def theatre(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Stage, Script, list[Visit], Played]]:
    if request.param == "mariadb":
        url = request.getfixturevalue("mariadb_url")
        monkeypatch.setenv(MARIADB_VARIABLE, url)
    script, visits = _two_days()
    with stage(tmp_path, script, database=request.param, mode="merge", server_merges=True) as found:
        said = io.StringIO()
        played = perform(script, found, request.param, "merge", True, Console(file=said, width=200))
        assert "day  2" in said.getvalue()
        for record in script.start()[H].records.values():
            for secret in (record.hn, record.cid, record.phone, record.who.given, record.who.family):
                assert secret not in said.getvalue(), "what is printed names nobody"
        yield found, script, visits, played


def test_a_play_makes_the_calls_the_oracle_says_and_the_view_tells_planted_differences(
    theatre: tuple[Stage, Script, list[Visit], Played],
) -> None:
    found, script, visits, played = theatre
    assert played.surprises == []
    assert played.total == played.reachable.calls()
    assert played.unexplained == [], "what the missing parts do not account for"
    # a deleted visit waits for approval, so it is no difference to what the oracle expects
    ref = f"{H}:{visits[1].vn}"
    lost = Difference(ref, "Condition", "extra")
    assert played.waiting == ({lost: ("removal",)} if "removal" in NOT_BUILT else {})

    expected = _differences(found, script, played)
    _plant(found, visits)
    planted = [difference for difference in _differences(found, script, played) if difference not in expected]
    changed = f"{H}:{visits[3].vn}"
    assert planted == sorted(
        [
            Difference(f"{H}:{visits[0].vn}", "encounter", "missing"),
            Difference(changed, "Observation", "differs"),
            Difference(changed, "Appointment", "extra"),
            Difference(changed, "reason_text", "differs"),
            Difference(f"{H}:681006235959", "encounter", "extra"),
        ],
        key=lambda d: (d.ref, d.what, d.how),
    )


def _differences(found: Stage, script: Script, played: Played) -> list[Difference]:
    view = read_double(found.double, (H,), set(script.names))
    return compare(played.ideal.nation.view(), view, script.names)


def _plant(found: Stage, visits: list[Visit]) -> None:
    """Spoil the double over its own API: an encounter lost, one altered, one nobody sent."""
    session, root = log_in(found.double, H), f"{found.double.base_url}/api"
    gone = f"{H}:{visits[0].vn}"
    session.get(f"{root}/RemoveEncounter", params={"hospital_code": H, "encounter_ref_code": gone})
    body: dict[str, Any] = found.double.admin.encounter(f"{H}:{visits[3].vn}")["body"]
    altered, invented = body, copy.deepcopy(body)
    encounter = altered["Encounter"][0]
    creatinine = next(row for row in encounter["Observation"] if row["code"]["text"] == "Creatinine")
    creatinine["valueQuantity"]["value"] = 9.99
    encounter["Appointment"][0]["start"] = "2025-12-01T08:30:00.000Z"
    encounter["reason"] = [{"text": "อย่างอื่น"}]
    invented["Encounter"][0]["identifier"][0]["value"] = "681006235959"
    for each in (altered, invented):
        assert session.post(f"{root}/UpdatePHRv1", json=each).json()["MessageCode"] == 200
    assert MONDAY.isoformat() == encounter["period"]["start"][:10]
