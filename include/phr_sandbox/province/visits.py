"""Turns a day's arrivals into rows: visit, coverage, screening, diagnoses, and what was ordered."""

from __future__ import annotations

import random
from datetime import date, timedelta

from phr_sandbox.province import clinical
from phr_sandbox.province.details import Details, make_details
from phr_sandbox.province.dirt import Kind
from phr_sandbox.province.doses import Doses
from phr_sandbox.province.encounter import Encounter, acute_case, chronic_plan, is_chronic_follow_up
from phr_sandbox.province.masters import ADMIT, DEPARTMENTS, DIED, DOCTORS, HOME, REFER
from phr_sandbox.province.oracle import HospitalOracle, Outcome, RowExpectation, VisitExpectation
from phr_sandbox.province.orders import Orders, add_minutes
from phr_sandbox.province.people import Person
from phr_sandbox.province.population import Population, guid
from phr_sandbox.province.rows import Ipt, OpdScreen, Ovst, OvstDiag, OvstSeq, VisitPttype, VnStat
from phr_sandbox.province.vitals import make_vitals
from phr_sandbox.province.writer import Writer


class Visits:
    """Writes visits and tells the oracle what each should become."""

    def __init__(self, out: Writer, oracle: HospitalOracle, people: Population, doses: Doses) -> None:
        self._out = out
        self._oracle = oracle
        self._people = people
        self._profile = people.profile
        self._serial = 0
        self._diagnosis = 0
        self._admission = 0
        self._orders = Orders(out, oracle, self._guid, people.profile.hcode, doses)
        #: (day, HN) of the people who died in a visit
        self.deaths: list[tuple[str, str]] = []

    def _guid(self) -> str:
        self._serial += 1
        return guid(self._profile.hcode, self._serial, 0)

    def write(
        self,
        day: date,
        arrival: int,
        vn_second: int,
        queue: int,
        kind: Kind | None,
        dice: random.Random,
        *,
        late: bool,
    ) -> None:
        """Write one visit.

        :param arrival: second of the day the patient came; ``vn_second`` the free second its VN names.
        :param late: came so late on the last day that it may still be unfinished.
        """
        person = None
        if kind and kind.level == "patient":
            person = self._people.doubtful(kind.tag, dice)
            if person is None:
                kind = None
        if person is None:
            person = self._people.ordinary(dice)
        e = self._encounter(day, arrival, vn_second, person, kind, dice)
        outcome: Outcome = kind.outcome if kind else "send"
        if kind and kind.tag not in self._people.storable:
            e.tag = ""
        if late and kind is None and dice.random() < 0.5:
            e.tag, outcome = "unfinished", "out_of_scope"
        if kind is None and e.tag == "" and dice.random() < self._profile.admitted_share:
            e.tag, outcome = "admitted", "out_of_scope"
            self._admission += 1
            e.an = f"{(day.year + 543) % 100:02d}{self._admission:07d}"
        e.finished = e.tag != "unfinished"
        self._oracle.visit(e.vn, VisitExpectation(e.iso, e.hn, outcome, e.tag))
        details = make_details(e, self._profile)
        self._visit_rows(e, queue, dice, details)
        if e.tag != "no_screen":
            self._screen_row(e, dice, details)
        if e.finished or dice.random() < 0.3:
            self._diagnosis_rows(e, dice)
        self._orders.laboratory(e, dice)
        if e.finished:
            self._orders.items(e, dice)
            self._orders.appointment(e, dice)
            self._orders.vaccines(e, dice)
        if e.an:
            self._orders.inpatient_laboratory(e, dice)
        if e.tag == "orphan_diagnosis":
            self._orphans(e)

    # -- what the visit is about ------------------------------------------------------------------
    def _encounter(
        self, day: date, arrival: int, vn_second: int, person: Person, kind: Kind | None, dice: random.Random
    ) -> Encounter:
        tag = kind.tag if kind else ""
        age = person.age(day)
        clock = f"{arrival // 3600:02d}:{arrival // 60 % 60:02d}:{arrival % 60:02d}"
        digits = f"{vn_second // 3600:02d}{vn_second // 60 % 60:02d}{vn_second % 60:02d}"
        procedures: tuple[str, ...] = ()
        if is_chronic_follow_up(dice, person, kind):
            drugs, panels, clinic = chronic_plan(person)
            # 2 and 3 are withdrawn from the standard, and still written
            diagnoses = [(code, ("1", "2", "3")[min(n, 2)]) for n, code in enumerate(person.chronic)]
            complaint, spclty, follow_up = "มาตามนัด รับยาเดิม", "01", dice.choice((28, 56, 84))
            fever = False
            if dice.random() < 0.08:
                complaint, drugs = "มาตามนัด มีไข้ ไอ", [*drugs, "1000001"]
                diagnoses.append(("J069", "4"))
        else:
            case = acute_case(dice, age, person.sex)
            diagnoses = [(case.code, "1"), *((code, "2") for code in case.others)]
            if case.external:
                diagnoses.append((case.external, "5"))
            if person.chronic and dice.random() < 0.4:
                diagnoses.append((person.chronic[0], "2"))
            drugs, panels, clinic = list(case.drugs), list(case.panels), "010"
            complaint, spclty, follow_up = case.complaint, case.spclty, case.follow_up
            fever = case.fever and dice.random() < 0.7
            procedures = case.procedures
        if dice.random() > self._profile.lab_share * 2.4:
            panels = []
        if self._profile.kind == "health_centre":
            spclty, panels = "16", ["strip"] if panels and "sugar" in panels else []
        elif arrival < 7 * 3600 or arrival > 17 * 3600:
            spclty = "12"
        hn: str | None = person.hn
        if tag.startswith("hn_"):
            hn = {"hn_null": None, "hn_blank": "", "hn_unknown": f"99{vn_second:07d}"}[tag]
        e = Encounter(
            vn=f"{(day.year + 543) % 100:02d}{day.month:02d}{day.day:02d}{digits}",
            hn=hn,
            person=person,
            day=day,
            iso=day.isoformat(),
            time=None if tag == "time_null" else clock,
            doctor=dice.choice(DOCTORS[spclty]),
            spclty=spclty,
            depcode=DEPARTMENTS[spclty][0],
            tag=tag,
            complaint=complaint,
            diagnoses=diagnoses,
            drugs=drugs,
            panels=panels,
            follow_up=follow_up,
            clinic=clinic,
            fever=fever,
            age=age,
            stamp=f"{day.isoformat()} {clock}" if self._profile.v4 else None,
            procedures=procedures,
        )
        if tag in self._people.storable:
            _apply(e, dice)
        return e

    # -- rows -------------------------------------------------------------------------------------
    def _visit_rows(self, e: Encounter, queue: int, dice: random.Random, details: Details) -> None:
        hcode = self._profile.hcode
        outcome: str | None = HOME if dice.random() > 0.02 else REFER
        if e.an:
            outcome = ADMIT
        elif not e.finished:
            outcome = None
        elif e.tag == "dies_in_visit":
            outcome = DIED
            self.deaths.append((e.iso, e.person.hn))
        arrival = "02" if e.complaint.startswith("มาตามนัด") else "04" if e.spclty == "12" else "01"
        main = hcode if dice.random() < 0.8 else "99001"
        self._out.add(
            Ovst(
                hos_guid=self._guid(),
                vn=e.vn,
                hn=e.hn,
                an=e.an,
                vstdate=e.iso,
                vsttime=e.time,
                doctor=e.doctor,
                hospmain=main,
                hospsub=hcode,
                oqueue=queue,
                ovstist=arrival,
                ovstost=outcome,
                pttype=e.person.pttype,
                spclty=e.spclty,
                hcode=hcode,
                cur_dep=e.depcode,
                main_dep=e.depcode,
                visit_type="O" if e.spclty == "12" else "I",
                staff="demo",
                anonymous_visit="Y" if e.tag == "anonymous_visit" else None,
                diag_text=details.diagnosis_text,
            )
        )
        self._out.add(OvstSeq(e.vn, self._serial, e.stamp))
        begin, end = f"{e.day.year - 1}-10-01", f"{e.day.year + 1}-09-30"
        codes = details.auth_code, details.claim_code
        self._out.add(VisitPttype(e.vn, e.person.pttype, main, hcode, begin, end, 1, *codes))
        if e.person.pttype != "90" and dice.random() < 0.03:
            self._out.add(VisitPttype(e.vn, "90", main, hcode, None, None, 2, None, None))
        principal = e.diagnoses[0][0] if e.diagnoses else None
        if e.finished and dice.random() < 0.97:
            pdx = principal[:6] if principal else None
            age, person = int(e.age), e.person
            self._out.add(VnStat(e.vn, e.hn, e.iso, None, person.sex, age, pdx, person.pttype, e.spclty))
        if e.an:
            stay = dice.randint(1, 6)
            gone = e.day + timedelta(days=stay)
            still = gone > self._oracle.last_day
            self._out.add(
                Ipt(
                    e.an,
                    e.vn,
                    e.hn,
                    e.iso,
                    e.time,
                    None if still else gone.isoformat(),
                    None if still else "10:30:00",
                    None if still else "1",
                    None if still else "2",
                    "01",
                    e.spclty,
                    e.person.pttype,
                    float(dice.randint(45_000, 80_000)),
                )
            )

    def _screen_row(self, e: Encounter, dice: random.Random, details: Details) -> None:
        hypertensive = "I10" in e.person.chronic
        v = make_vitals(
            dice, age=e.age, sex=e.person.sex, hypertensive=hypertensive, fever=e.fever, v4=self._profile.v4
        )
        dirty = True
        if e.tag == "temperature_low":
            v = v._replace(temperature=3.7)
        elif e.tag == "temperature_high":
            v = v._replace(temperature=370.0)
        elif e.tag == "weight_zero":
            v = v._replace(weight=0.0)
        elif e.tag == "height_negative":
            v = v._replace(height=-160)
        elif e.tag == "bp_reversed":
            v = v._replace(systolic=78.0, diastolic=124.0)
        else:
            dirty = e.tag == "screening_unmapped"
        key = self._guid()
        if dirty:
            self._oracle.row(RowExpectation("opdscreen", key, e.vn, e.tag, False))
        bmi = round(v.weight / (v.height / 100) ** 2, 1) if v.height > 0 else None
        self._out.add(
            OpdScreen(
                key,
                e.vn,
                e.hn,
                e.iso,
                e.time,
                v.systolic,
                v.diastolic,
                v.weight,
                v.height,
                bmi,
                v.waist,
                v.pulse,
                v.respiration,
                v.temperature,
                v.spo2,
                e.complaint,
                details.present_illness,
                details.smoking,
                details.drinking,
                details.found_allergy,
                e.stamp,
            )
        )

    def _diagnosis_rows(self, e: Encounter, dice: random.Random) -> None:
        written: set[str] = set()
        recorded = add_minutes(e.time, dice.randint(10, 50))
        codes = [*e.diagnoses, *((code, "2") for code in e.procedures)]
        for code, kind in codes:
            if code in written:
                continue
            written.add(code)
            self._diagnosis_row(e.vn, e.hn, e, recorded, code, kind)

    def _diagnosis_row(
        self, vn: str, hn: str | None, e: Encounter, recorded: str | None, code: str, kind: str
    ) -> None:
        self._diagnosis += 1
        self._out.add(
            OvstDiag(
                self._diagnosis,
                vn,
                hn,
                e.iso,
                recorded,
                code,
                code[:3],
                kind,
                e.doctor,
                self._profile.hcode,
                e.stamp,
            )
        )

    def _orphans(self, e: Encounter) -> None:
        """Diagnoses of a visit somebody deleted: hours 24 to 47 name no visit, and each visit has its own."""
        ghost = f"{e.vn[:6]}{int(e.vn[6:8]) + 24}{e.vn[8:]}"
        for code in ("J069", "I10"):
            self._diagnosis_row(ghost, e.hn, e, e.time, code, "1")
            self._oracle.row(RowExpectation("ovstdiag", str(self._diagnosis), ghost, e.tag, False))


def _apply(e: Encounter, dice: random.Random) -> None:
    """Change the visit so that it shows what its tag says (visit-level kinds only)."""
    if e.tag == "no_diagnosis":
        e.diagnoses, e.procedures = [], ()
    elif e.tag == "text_nul":
        e.complaint = f"{e.complaint}\x00 2 วัน"
    elif e.tag == "text_emoji":
        e.complaint = f"{e.complaint} \N{FACE WITH THERMOMETER}"
    elif e.tag == "text_oversized":
        # 20,000 Thai characters still fit a TEXT column in UTF-8
        e.complaint = (f"{e.complaint} " * 2000)[:20_000]
    elif e.tag == "dx_restricted":
        code, complaint, spclty, drugs, panels = dice.choice(clinical.RESTRICTED)
        if dice.random() < 0.3:
            e.diagnoses.append((code, "2"))
        else:
            e.diagnoses, e.complaint = [(code, "1")], complaint
            e.drugs, e.panels, e.procedures = list(drugs), list(panels), ()
            if e.spclty not in ("12", "16"):
                e.spclty, e.doctor, e.depcode = spclty, DOCTORS[spclty][0], DEPARTMENTS[spclty][0]
    elif e.tag == "dx_very_restricted":
        code, e.complaint = dice.choice(clinical.VERY_RESTRICTED)
        e.diagnoses = [("S800", "1"), (code, "5")] if code.startswith("Y") else [(code, "1")]
    elif e.tag == "adolescent_topic":
        fitting = [c for c in clinical.ADOLESCENT if c[2] == e.person.sex]
        code, e.complaint, _ = dice.choice(fitting)
        e.diagnoses, e.procedures = [(code, "1")], ()
    elif e.tag == "dx_broad":
        e.diagnoses = [(dice.choice(clinical.BROAD_CODES), "1")]
    elif e.tag == "dx_bad_shape":
        e.diagnoses.append((dice.choice(clinical.BAD_CODES), "2"))
    elif e.tag == "dx_free_text":
        e.diagnoses = [(dice.choice(clinical.FREE_TEXT_CODES), "1")]
    elif e.tag == "dx_dotted":
        e.diagnoses = [("J06.9", "1"), ("e11.9", "2")]
