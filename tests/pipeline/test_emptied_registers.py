"""A register that became empty in the HIS: looked for twice, asked about, sent empty; and when not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, assert_balanced
from sqlalchemy import select
from test_immunization_runs import HCODE, adult, give, registers

from phr import faults
from phr.delivery.client import PhrClient
from phr.delivery.guard import Guard
from phr.errors import StopHospital
from phr.his.reader import Reader
from phr.his.registers import RegisterSource
from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.balance import state_equations
from phr.ledger.destructive import made_calls
from phr.ledger.retractions import Retractions
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.pipeline.days import BANGKOK
from phr.reporting.explain import explain, kind_of
from phr.settings import load_province
from phr_sandbox.scenario.clock import ScriptClock

#: the night of the first send; the dose is deleted after it
NIGHT = datetime.combine(DAYS[-1] + timedelta(days=1), time(2), tzinfo=BANGKOK)
DOSE = 900001


@pytest.fixture
def clock() -> Iterator[ScriptClock]:
    made = ScriptClock(NIGHT)
    with made.installed():
        yield made


class Story:
    """One person whose only dose was delivered, and what happens to it."""

    def __init__(self, kit: ProvinceKit, clock: ScriptClock) -> None:
        self.kit, self.clock = kit, clock
        kit.configure(
            hospitals={HCODE: {"categories": {"visits": "2025-10-01", "immunizations": "2015-01-01"}}},
            endpoint={"allow_empty_register": True},
        )
        self.cid, self.hn, self.vn = adult(kit)
        give(kit, DOSE, self.vn, DAYS[0], "815")
        before = set(kit.documents())
        self.feed()
        assert self.cid in registers(kit)
        name = kit.context(RunOptions(category="immunizations", run_id="x"))
        found = name.kind.namer(name.keyring)(f"c{self.cid}")
        self.ref = f"{HCODE}:{found}"
        assert self.ref not in before
        assert self.row["desired_state"] == "delivered"

    # -- what happens --------------------------------------------------------------------------------

    def feed(self) -> int:
        """One night's feed; returns its uploads."""
        self.kit.runs += 1
        self.clock.set(self.clock.time + timedelta(minutes=5))
        options = RunOptions(
            category="immunizations",
            run_id=f"imm-{self.kit.runs}",
            day_from=DAYS[0] - timedelta(days=30),
            day_to=DAYS[-1] + timedelta(days=3),
            hospitals=[HCODE],
            planned_at=self.clock.now(),
        )
        before = self.kit.last_call()
        result = self.kit.run(options)
        assert (result.step_errors, result.error) == ([], None)
        assert_balanced(self.kit, options.run_id)
        return len(self.uploads(before))

    def reconcile(self, **values: Any) -> dict[str, int]:
        self.kit.runs += 1
        options = RunOptions(
            category="visits",
            run_id=f"reconcile-{self.kit.runs}",
            purpose="reconcile",
            hospitals=[HCODE],
            day_from=DAYS[0],
            day_to=DAYS[0],
            planned_at=self.clock.now(),
            **values,
        )
        (unit,) = steps.plan_units(options)
        counts = steps.reconcile_unit(options, unit)
        steps.finish_run(options)
        assert_balanced(self.kit)
        self.told = self.kit.hospital_rows(options.run_id)[HCODE]["error_text"] or ""
        return counts

    def delete_dose(self) -> None:
        self.kit.his(HCODE, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id = ?", DOSE)

    def a_day_later(self, days: int = 1) -> None:
        """Time goes by and life goes on: the replica holds visits of the last open day."""
        for _ in range(days):
            self.clock.set(self.clock.time + timedelta(hours=25))
            self.visit()

    def visit(self) -> None:
        day = self.clock.time.date() - timedelta(days=1)
        number = f"{day:%y%m%d}080099"
        self.kit.his(
            HCODE,
            "INSERT OR IGNORE INTO ovst (hos_guid, vn, hn, vstdate, vsttime, ovstist, ovstost, pttype,"
            " spclty, main_dep, doctor) SELECT ?, ?, hn, ?, '08:00:00', ovstist, ovstost, pttype, spclty,"
            " main_dep, doctor FROM ovst WHERE vn = ?",
            f"{{{number}}}",
            number,
            str(day),
            self.kit.clean_visit(HCODE, 1),
        )

    def emptied_and_asked(self) -> None:
        """Deleted, missed, looked for again a day later, and asked about."""
        self.delete_dose()
        self.feed()
        self.a_day_later()
        counts = self.reconcile()
        assert counts["emptied_gone"] == 1
        assert len(self.questions()) == 1

    def decide(self, *, approve: bool = True) -> None:
        for row in self.questions():
            approvals.decide(
                self.kit.ledger,
                row["approval_id"],
                approve=approve,
                digest=row["digest"],
                by="somchai",
                via="cli",
                note="wrong HN",
            )

    # -- what is seen --------------------------------------------------------------------------------

    def uploads(self, after: int = 0) -> list[Any]:
        return self.kit.double.admin.requests(path="ImmunizationRegisterv1", after=after)

    def questions(self, *states: str) -> list[dict[str, Any]]:
        """Of emptied registers."""
        found = approvals.questions(self.kit.ledger, states=states or ("open",))
        return [row for row in found if row["action"] == "empty"]

    @property
    def row(self) -> dict[str, Any]:
        return self.kit.documents()[self.ref]

    def findings(self) -> list[tuple[str, bool]]:
        """(reference, open) of the findings."""
        query = select(t.finding).where(t.finding.c.finding == "emptied")
        with self.kit.ledger.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [(f"{row['hospital']}:{row['reference']}", row["resolved_at"] is None) for row in rows]

    def nothing_asked_nor_sent(self, calls: int) -> None:
        assert self.questions() == []
        assert len(self.uploads()) == calls
        assert self.cid in registers(self.kit)
        assert self.row["desired_state"] == "delivered"
        assert made_calls(self.kit.ledger) == []

    def explained(self) -> str:
        hospital = load_province(self.kit.config / "hospitals.yaml").hospital(HCODE)
        reference = self.row["reference"]
        assert kind_of(self.kit.ledger, HCODE, reference) == "immunization"
        return "\n".join(explain(self.kit.ledger, hospital, reference, kind="immunization"))


@pytest.fixture
def story(new_province: Callable[..., ProvinceKit], clock: ScriptClock) -> Story:
    return Story(new_province(), clock)


def test_the_whole_way_from_a_deleted_dose_to_an_empty_register_and_a_new_dose(story: Story) -> None:
    kit, others = story.kit, set(registers(story.kit)) - {story.cid}
    assert others
    story.delete_dose()
    assert story.feed() == 0
    calls = len(story.uploads())

    # the same night: too early for a second look
    counts = story.reconcile()
    assert (counts["emptied"], counts.get("emptied_gone")) == (1, None)
    assert story.findings() == [(story.ref, True)]
    story.nothing_asked_nor_sent(calls)

    # a day later: looked for by key, asked
    story.a_day_later()
    assert story.reconcile()["emptied_gone"] == 1
    (question,) = story.questions()
    assert (question["action"], question["kind"], question["items"]) == ("empty", "immunization", 1)
    assert "ทะเบียนวัคซีนว่าง" in approvals.in_words(question)[1]
    assert len(story.uploads()) == calls
    # not answered: the same question stands, and nothing is sent
    assert story.reconcile().get("emptied_sent") is None
    assert [row["approval_id"] for row in story.questions()] == [question["approval_id"]]
    assert len(story.uploads()) == calls

    # approved: sent once, written down with reason, digest, approval and answer
    story.decide()
    assert story.reconcile()["emptied_sent"] == 1
    assert len(story.uploads()) == calls + 1
    assert set(registers(kit)) == others
    (call,) = made_calls(kit.ledger)
    assert (call["reason"], call["permission"], call["approval_id"]) == (
        "REGISTER_EMPTIED",
        "approval",
        question["approval_id"],
    )
    assert (call["endpoint"], call["answer"], call["proof"]) == (
        "/api/ImmunizationRegisterv1",
        "200",
        "replaced",
    )
    assert call["digest"].startswith("v1:")
    assert call["permitted_at"] <= call["called_at"] <= call["proved_at"]
    assert [row["state"] for row in story.questions("done")] == ["done"]
    row = story.row
    assert (row["desired_state"], row["desired_reason"]) == ("retracted", "REGISTER_EMPTIED")
    assert (row["delivered_version"], row["delivered_keys"], row["removal"]) == (None, None, None)
    lines = [
        line
        for line in state_equations(kit.ledger)
        if (line.name, line.day) == ("immunization", row["service_day"])
    ]
    assert [(line.terms["retracted"], line.extra["absent"], line.remainder) for line in lines] == [(1, 1, 0)]

    # again: nothing is sent, by neither run, and the finding is closed
    assert story.feed() == 0
    assert story.reconcile().get("emptied") is None
    assert len(story.uploads()) == calls + 1
    assert story.findings() == [(story.ref, False)]

    # a new dose goes as any other register
    give(kit, 900002, story.vn, DAYS[1], "106")
    assert story.feed() == 1
    assert registers(kit)[story.cid] == {(str(DAYS[1]), "106")}
    assert (story.row["desired_state"], story.row["absent_since"]) == ("delivered", None)
    assert story.feed() == 0


@pytest.mark.parametrize("off", [{"endpoint": {"allow_empty_register": False}}, {"retraction": "off"}])
def test_switched_off_it_is_listed_and_explained_and_nothing_else(story: Story, off: dict[str, Any]) -> None:
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    if "endpoint" in off:
        story.kit.configure(endpoint=off["endpoint"])
    else:
        story.kit.configure(hospitals={HCODE: off})
    story.a_day_later()
    assert story.reconcile()["emptied"] == 1
    story.nothing_asked_nor_sent(calls)
    assert story.findings() == [(story.ref, True)]
    assert "ทะเบียนวัคซีนว่าง" in story.told
    assert "allow_empty_register" in story.told
    explained = story.explained()
    assert "emptied register" in explained
    assert "no row of a dose is left" in explained
    assert story.cid not in explained + story.told
    # nor is anything of it done when it is switched off after the approval
    story.kit.configure(endpoint={"allow_empty_register": True}, hospitals={HCODE: {"retraction": "propose"}})
    story.reconcile()
    story.decide()
    if "endpoint" in off:
        story.kit.configure(endpoint=off["endpoint"])
    else:
        story.kit.configure(hospitals={HCODE: off})
    story.reconcile()
    story.nothing_asked_nor_sent(calls)
    assert [row["state"] for row in story.questions("approved", "void")] == ["void"]


def test_a_stale_replica_asks_and_sends_nothing(story: Story) -> None:
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    story.clock.set(story.clock.time + timedelta(hours=49))
    story.reconcile()
    assert "the replica is behind" in story.told
    story.nothing_asked_nor_sent(calls)
    assert story.row["second_look"] is None
    story.visit()
    story.reconcile()
    story.decide()
    # approved, and then the replica stands still
    story.clock.set(story.clock.time + timedelta(hours=49))
    story.reconcile()
    assert story.questions("approved")
    assert len(story.uploads()) == calls
    # switched off, nothing stays approved either, whatever the replica
    story.kit.configure(endpoint={"allow_empty_register": False})
    story.reconcile()
    assert story.questions("approved") == []


def test_another_schema_since_the_first_look_begins_the_day_anew(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    story.kit.his(HCODE, "ALTER TABLE ovst_vaccine DROP COLUMN vaccine_lot_no")
    assert story.reconcile().get("emptied_gone") is None
    assert len(story.uploads()) == calls
    assert story.questions("approved") == [], "what was approved was seen by another reader"
    story.a_day_later()
    story.reconcile()
    assert len(story.questions()) == 1


def test_a_place_of_doses_that_cannot_be_read_asks_and_sends_nothing(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    story.kit.his(HCODE, "ALTER TABLE village_student_vaccine RENAME TO elsewhere")
    for _ in range(3):  # however long it lasts: the schema is the same one again by then
        story.reconcile()
        assert "village_student_vaccine" in story.told
        story.a_day_later()
    assert len(story.uploads()) == calls
    assert story.questions() == []


def test_a_query_that_fails_half_way_asks_and_sends_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    real = RegisterSource._of_people

    def broken(self: RegisterSource, place: Any, *arguments: Any) -> Iterator[Any]:
        if place.table == "person_vaccine_list":
            raise StopHospital(faults.SOURCE_QUERY, hospital=HCODE)
        return real(self, place, *arguments)

    monkeypatch.setattr(RegisterSource, "_of_people", broken)
    story.reconcile()
    assert faults.SOURCE_QUERY.code in story.told
    assert len(story.uploads()) == calls
    assert story.cid in registers(story.kit)
    assert story.questions("approved"), "it was not what was asked about that changed"


def test_a_select_that_loses_a_dose_is_contradicted_by_the_count(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    give(story.kit, DOSE, story.vn, DAYS[0], "815")
    story.a_day_later()
    real = Reader.rows

    def rows(self: Reader, name: str, *arguments: Any, **values: Any) -> Iterator[Any]:
        return iter(()) if name == "dose_visit" else real(self, name, *arguments, **values)

    monkeypatch.setattr(Reader, "rows", rows)
    assert story.reconcile()["emptied_unsure"] == 1
    story.nothing_asked_nor_sent(calls)


def test_a_dose_that_is_only_left_out_is_no_empty_register(story: Story) -> None:
    # neither a day nor a code: in no register of the day, and still a row
    story.kit.his(
        HCODE, "UPDATE ovst_vaccine SET immunization_datetime = '2999-01-01' WHERE ovst_vaccine_id = ?", DOSE
    )
    story.feed()
    assert story.row["absent_since"] is not None
    calls = len(story.uploads())
    story.a_day_later()
    assert story.reconcile()["emptied_exists"] == 1
    story.nothing_asked_nor_sent(calls)
    assert "mend them in the HIS" in story.explained()
    # deleted now: its day begins with the last look that found it
    story.delete_dose()
    story.clock.set(story.clock.time + timedelta(hours=23))
    story.visit()
    assert story.reconcile().get("emptied_gone") is None
    story.nothing_asked_nor_sent(calls)
    story.a_day_later()
    assert story.reconcile()["emptied_gone"] == 1


def test_a_dose_with_a_bad_code_never_shows_as_emptied(story: Story) -> None:
    story.kit.his(HCODE, "UPDATE ovst_vaccine SET person_vaccine_id = NULL WHERE ovst_vaccine_id = ?", DOSE)
    story.feed()
    calls = len(story.uploads())
    story.a_day_later()
    assert story.reconcile().get("emptied") is None
    assert story.row["absent_since"] is None
    assert (story.questions(), len(story.uploads())) == ([], calls)


def test_another_citizen_id_meanwhile_asks_and_sends_nothing(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    story.kit.his(HCODE, "UPDATE patient SET cid = '1101700000019' WHERE hn = ?", story.hn)
    story.kit.his(HCODE, "UPDATE person SET cid = '1101700000019' WHERE cid = ?", story.cid)
    assert story.reconcile()["emptied_unsure"] == 1
    assert len(story.uploads()) == calls
    assert [row["state"] for row in story.questions("approved", "void")] == ["void"]
    assert "under the same citizen id" in story.explained()


def test_a_doubtful_identity_asks_and_sends_nothing(story: Story) -> None:
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    # another record claims the same citizen id with another birth date
    ((other_hn,),) = story.kit.his(HCODE, "SELECT hn FROM ovst WHERE vn = ?", story.kit.clean_visit(HCODE, 7))
    story.kit.his(
        HCODE, "UPDATE patient SET cid = ?, birthday = '1931-02-03' WHERE hn = ?", story.cid, other_hn
    )
    story.a_day_later()
    assert story.reconcile()["emptied_unsure"] == 1
    story.nothing_asked_nor_sent(calls)


def test_a_register_that_lies_under_another_person_asks_and_sends_nothing(story: Story) -> None:
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    with story.kit.ledger.write(HCODE) as connection:
        connection.execute(
            t.document.update()
            .where(t.document.c.reference == story.row["reference"])
            .values(maybe_person_key="k1:somebody-else")
        )
    story.a_day_later()
    assert story.reconcile()["emptied_unsure"] == 1
    story.nothing_asked_nor_sent(calls)


def test_a_second_hn_of_the_person_with_a_dose_is_no_empty_register(story: Story) -> None:
    kit = story.kit
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    other_vn = kit.clean_visit(HCODE, 7)
    ((other_hn,),) = kit.his(HCODE, "SELECT hn FROM ovst WHERE vn = ?", other_vn)
    assert other_hn != story.hn
    ((birthday, sex),) = kit.his(HCODE, "SELECT birthday, sex FROM patient WHERE hn = ?", story.hn)
    kit.his(
        HCODE,
        "UPDATE patient SET cid = ?, birthday = ?, sex = ? WHERE hn = ?",
        story.cid,
        birthday,
        sex,
        other_hn,
    )
    give(kit, 900003, other_vn, DAYS[0], "106")
    assert story.reconcile()["emptied_exists"] == 1
    assert len(story.uploads()) == calls
    assert [row["state"] for row in story.questions("approved", "void")] == ["void"]


def test_a_dose_that_comes_back_before_the_approval_ends_it(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    give(story.kit, DOSE, story.vn, DAYS[0], "815")
    assert story.feed() == 0
    assert story.reconcile().get("emptied") is None
    assert (story.questions(), len(story.uploads())) == ([], calls)
    assert story.findings() == [(story.ref, False)]


def test_a_dose_that_came_back_after_the_approval_voids_it_at_once(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    give(story.kit, DOSE, story.vn, DAYS[0], "815")
    story.feed()
    assert [row["state"] for row in story.questions("approved", "void")] == ["void"]
    # gone once more with the very same content: a day and a question of its own
    story.delete_dose()
    story.feed()
    story.reconcile()
    assert (story.questions(), len(story.uploads())) == ([], calls)
    story.a_day_later()
    story.reconcile()
    assert (len(story.questions()), len(story.uploads())) == (1, calls)


def dose_comes_back_before(story: Story, monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    """The dose is typed in again and the feed runs, right before this method does its work."""
    real = getattr(owner, method)

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(owner, method, real)
        give(story.kit, DOSE, story.vn, DAYS[0], "815")
        story.feed()
        return real(*arguments)

    monkeypatch.setattr(owner, method, meanwhile)


@pytest.mark.parametrize(("owner", "method"), [(Guard, "_content"), (Retractions, "called")])
def test_a_dose_that_comes_back_between_look_and_call_stops_the_call(
    story: Story, monkeypatch: pytest.MonkeyPatch, owner: type, method: str
) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    dose_comes_back_before(story, monkeypatch, owner, method)
    assert story.reconcile().get("emptied_sent") is None
    assert len(story.uploads()) == calls
    assert story.cid in registers(story.kit)
    assert story.row["desired_state"] == "delivered"
    assert {row["answer"] for row in made_calls(story.kit.ledger)} <= {"NOT_MADE"}


@pytest.mark.parametrize("answer", ["accepted", "lost"])
def test_a_dose_that_comes_back_while_the_call_is_out_is_sent_once_more(
    story: Story, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    story.emptied_and_asked()
    story.decide()
    if answer == "lost":
        # the first upload of the person that is dropped is the empty one: the feed's own comes through
        order = {"kind": "drop_after", "path": "ImmunizationRegisterv1", "times": 1}
        real = PhrClient.empty_register

        def dropped(*arguments: Any) -> Any:
            story.kit.double.admin.order(order)
            return real(*arguments)

        monkeypatch.setattr(PhrClient, "empty_register", dropped)
    dose_comes_back_before(story, monkeypatch, PhrClient, "empty_register")
    assert story.reconcile().get("emptied_sent") is None
    assert story.cid not in registers(story.kit), "the empty list came in last"
    assert (story.row["desired_state"], story.row["removal"]) == ("pending", None)
    assert story.feed() == 1
    assert registers(story.kit)[story.cid] == {(str(DAYS[0]), "815")}
    assert story.feed() == 0


def test_a_rejection_keeps_it_and_is_not_asked_again(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide(approve=False)
    for _ in range(2):
        story.a_day_later()
        assert story.reconcile()["emptied_gone"] == 1
        story.nothing_asked_nor_sent(calls)


def test_more_at_once_than_the_brake_allows_are_neither_asked_about_nor_sent(story: Story) -> None:
    kit = story.kit
    for n in range(8, 18):
        give(kit, 900100 + n, kit.clean_visit(HCODE, n), DAYS[0], "815")
    story.feed()
    kit.his(HCODE, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id BETWEEN 900100 AND 900200")
    kit.configure(hospitals={HCODE: {"brake": {"removals": 0, "share": 0.0}}})
    story.delete_dose()
    story.feed()
    calls = len(story.uploads())
    story.a_day_later()
    assert story.reconcile()["emptied_gone"] > 3
    assert "more than the brake allows" in story.told
    story.nothing_asked_nor_sent(calls)
    # believed by who raised the share: one question, in spite of `removals: 0`
    kit.configure(hospitals={HCODE: {"brake": {"removals": 0, "share": 1.0}}})
    story.reconcile()
    assert len(story.questions()) == 1
    story.decide(approve=False)
    # what was rejected is nobody's work, so it does not count
    kit.configure(hospitals={HCODE: {"brake": {"removals": 0, "share": 0.0}}})
    story.reconcile()
    assert story.told == ""
    story.nothing_asked_nor_sent(calls)


def test_all_registers_of_a_hospital_at_once_are_never_believed(story: Story) -> None:
    for row in story.kit.documents().values():
        if row["kind"] == "immunization" and f"{HCODE}:{row['reference']}" != story.ref:
            with story.kit.ledger.write(HCODE) as connection:
                connection.execute(t.document.delete().where(t.document.c.reference == row["reference"]))
    with story.kit.ledger.write(HCODE) as connection:
        connection.execute(t.service_day.delete().where(t.service_day.c.kind == "immunization"))
    story.delete_dose()
    with story.kit.ledger.write(HCODE) as connection:
        connection.execute(
            t.document.update()
            .where(t.document.c.reference == story.row["reference"])
            .values(absent_since=story.clock.now())
        )
    calls = len(story.uploads())
    for _ in range(2):  # the first look had no fingerprint
        story.a_day_later()
        story.reconcile()
    assert "more than the brake allows" in story.told
    assert (story.questions(), len(story.uploads())) == ([], calls)


def test_while_another_computer_sends_nothing_is_emptied(story: Story) -> None:
    story.emptied_and_asked()
    calls = len(story.uploads())
    story.decide()
    story.kit.double.admin.heartbeat(HCODE, "OLD-AGENT-PC")
    assert story.reconcile()["other_sender"] == 1
    assert len(story.uploads()) == calls
    assert "another computer sends" in story.told


def test_a_refusal_ends_the_approval_and_a_person_is_asked_again(story: Story) -> None:
    story.emptied_and_asked()
    story.decide()
    story.kit.double.admin.settings(empty_register="refuse")
    calls = len(story.uploads())
    assert story.reconcile()["emptied_not_proved"] == 1
    (call,) = made_calls(story.kit.ledger)
    assert (call["proof"], call["answer"] != "200") == (None, True)
    assert (story.row["desired_state"], story.row["removal"]) == ("delivered", None)
    assert story.cid in registers(story.kit)
    assert [row["state"] for row in story.questions("approved", "void")] == ["void"]
    story.reconcile()
    assert (len(story.questions()), len(story.uploads())) == (1, calls + 1)


def test_an_answer_that_is_lost_leaves_it_open_and_the_next_run_calls_again(story: Story) -> None:
    story.emptied_and_asked()
    story.decide()
    story.kit.double.admin.order({"kind": "drop_after", "path": "ImmunizationRegisterv1", "times": 1})
    assert story.reconcile()["emptied_not_proved"] == 1
    assert (story.row["desired_state"], story.row["removal"]) == ("delivered", "called")
    assert story.reconcile()["emptied_sent"] == 1
    assert (story.row["desired_state"], story.row["removal"]) == ("retracted", None)
    assert [row["state"] for row in story.questions("done")] == ["done"]


def test_a_dose_that_comes_back_after_a_lost_answer_is_sent_again(story: Story) -> None:
    story.emptied_and_asked()
    story.decide()
    story.kit.double.admin.order({"kind": "drop_after", "path": "ImmunizationRegisterv1", "times": 1})
    story.reconcile()
    assert story.cid not in registers(story.kit)
    give(story.kit, DOSE, story.vn, DAYS[0], "815")
    # the very content the ledger has as delivered: nobody may call it unchanged
    assert story.feed() == 1
    assert registers(story.kit)[story.cid] == {(str(DAYS[0]), "815")}
    assert (story.row["desired_state"], story.row["removal"]) == ("delivered", None)
    assert story.feed() == 0


def test_a_warning_of_the_answer_is_kept_without_values(story: Story) -> None:
    story.emptied_and_asked()
    story.decide()
    story.kit.double.admin.order(
        {
            "kind": "warn",
            "path": "ImmunizationRegisterv1",
            "times": 1,
            "value": f"Immunization of {story.cid}",
        }
    )
    assert story.reconcile()["emptied_sent"] == 1
    with story.kit.ledger.read() as connection:
        notes = connection.execute(
            select(t.delivery_note.c.text).where(t.delivery_note.c.reference == story.row["reference"])
        ).scalars()
        texts = list(notes)
    assert len(texts) == 1
    assert story.cid not in texts[0]
