"""From one row of a SELECT to one canonical row. Pure; argument names are the columns of the SELECT.

A column that a HIS does not have is ``NULL`` in its SELECT. Table names in the docstrings are those of HOSxP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from phr.canonical import (
    Appointment,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Screening,
    Visit,
    VitalSign,
)
from phr.his import normalise as n

Raw = Any  # whatever the driver returns; normalise takes any of it


#: time of a visit that a file tells of in a line which cannot be read whole
BROKEN_LINE = "#broken"


class Triage(NamedTuple):
    """A vital-sign row and the texts of the visit that HOSxP keeps beside it."""

    row: VitalSign
    chief_complaint: str | None
    present_illness: str | None


class Admission(NamedTuple):
    """The admission a visit ended in."""

    admission_ref: str | None
    discharge_date: str | None
    discharge_time: str | None
    notes: str | None

    def told_by(self, row: Visit) -> Visit:
        """The visit with its admission."""
        return row._replace(
            admission_ref=self.admission_ref,
            discharge_date=self.discharge_date,
            discharge_time=self.discharge_time,
            notes=n.joined(row.notes, self.notes),
        )


def visit(
    visit_ref: str,
    hn: Raw,
    service_day: Raw,
    start_time: Raw,
    last_time: Raw,
    clinic_code: Raw,
    clinic_name: Raw,
    department_name: Raw,
    arrival_code: Raw,
    outcome_code: Raw,
    doctor_name: Raw,
    doctor_license: Raw,
    diagnosis_text: Raw,
) -> Visit:
    """A visit without chief complaint and present illness, which come with the triage."""
    notes: list[str] = ["no_vn:visit_ref"] if visit_ref.startswith("~") else []
    if start_time == BROKEN_LINE:
        notes.append("broken_line:visit")
        start_time = None
    start = n.time(start_time, "start_time", notes)
    last = n.time(last_time, "end_time", notes)
    arrival = n.text(arrival_code)
    return Visit(
        visit_ref=visit_ref,
        hn=n.text(hn),
        service_day=n.date(service_day, "service_day", notes),
        start_time=start,
        # cur_dep_time is overwritten when a folder is moved later: trust it only as a later time of the day
        end_time=last if start and last and last > start else start,
        clinic_code=n.text(clinic_code),
        clinic_name=n.text(clinic_name),
        department_name=n.text(department_name),
        arrival_type=arrival[-1] if arrival else None,
        outcome_type=n.text(outcome_code),
        doctor_name=n.text(doctor_name),
        doctor_license=n.text(doctor_license),
        chief_complaint=None,
        present_illness=None,
        diagnosis_text=n.text(diagnosis_text),
        notes=n.packed(notes),
    )


def admission(visit_ref: str, admission_ref: Raw, discharge_date: Raw, discharge_time: Raw) -> Admission:  # noqa: ARG001
    """``ipt``."""
    notes: list[str] = []
    return Admission(
        admission_ref=n.text(admission_ref),
        discharge_date=n.date(discharge_date, "discharge_date", notes),
        discharge_time=n.time(discharge_time, "discharge_time", notes),
        notes=n.packed(notes),
    )


def triage(
    visit_ref: str,
    row_key: Raw,
    weight_kg: Raw,
    height_cm: Raw,
    temperature_c: Raw,
    bp_systolic: Raw,
    bp_diastolic: Raw,
    pulse: Raw,
    respiration: Raw,
    waist_cm: Raw,
    spo2: Raw,
    o2sat: Raw,
    chief_complaint: Raw,
    present_illness: Raw,
) -> Triage:
    """``opdscreen``; oxygen saturation from ``spo2``, on older releases from ``o2sat``."""
    notes: list[str] = []
    row = VitalSign(
        visit_ref=visit_ref,
        row_key=n.text(row_key) or visit_ref,
        weight_kg=n.number(weight_kg, "weight_kg", notes),
        height_cm=n.number(height_cm, "height_cm", notes),
        temperature_c=n.number(temperature_c, "temperature_c", notes),
        bp_systolic=n.number(bp_systolic, "bp_systolic", notes),
        bp_diastolic=n.number(bp_diastolic, "bp_diastolic", notes),
        pulse=n.number(pulse, "pulse", notes),
        respiration=n.number(respiration, "respiration", notes),
        waist_cm=n.number(waist_cm, "waist_cm", notes),
        spo2=n.number(o2sat if spo2 is None else spo2, "spo2", notes),
        notes=n.packed(notes),
    )
    return Triage(row, n.text(chief_complaint), n.text(present_illness))


def screening(visit_ref: str, row_key: Raw, topic: str, answer: Raw) -> Screening:
    """``opdscreen`` once more, a row per answered question; its code comes with :func:`coded`."""
    return Screening(visit_ref, f"{n.text(row_key) or visit_ref}:{topic}", topic, n.text(answer), None, None)


def coded(row: Screening, codes: Mapping[Any, Mapping[str, str]]) -> Screening:
    """The answer with its national code.

    Ids of smoking and drinking are every site's own (4 is "smokes regularly" at one, "was not asked" at
    another), so only the list the hospital has stated is believed. An answer that list does not know is noted
    ``unmapped:code``; without a list nothing is known of any answer, and there is nothing to mend.

    :param codes: topic -> own id -> code, as ``Hospital.screening_codes``.
    """
    if row.topic == "allergy":  # the SELECT lets only an explicit N through
        return row._replace(code="N")
    stated = codes.get(row.topic)
    code = stated.get(row.answer or "") if stated else None
    return row._replace(code=code, notes="unmapped:code" if stated and code is None else None)


def diagnosis(
    visit_ref: str,
    row_key: Raw,
    code: Raw,
    name_en: Raw,
    name_th: Raw,
    diagnosis_type: Raw,
    recorded_date: Raw,
    recorded_time: Raw,
    doctor_name: Raw,
    doctor_license: Raw,
) -> Diagnosis:
    """``ovstdiag``; the name as in ``icd101``, English before Thai."""
    notes: list[str] = []
    return Diagnosis(
        visit_ref=visit_ref,
        row_key=str(row_key),
        code=n.icd_code(code),
        name=n.first(name_en, name_th),
        diagnosis_type=n.text(diagnosis_type),
        recorded_date=n.date(recorded_date, "recorded_date", notes),
        recorded_time=n.time(recorded_time, "recorded_time", notes),
        doctor_name=n.text(doctor_name),
        doctor_license=n.text(doctor_license),
        notes=n.packed(notes),
    )


def coverage(
    visit_ref: str,
    pttype: Raw,
    sequence: Raw,
    is_visit_pttype: Raw,
    group_code: Raw,
    instype: Raw,
    mapped_instype: Raw,
    plan_name: Raw,
    subgroup: Raw,
    main_hospital: Raw,
    sub_hospital: Raw,
    begin_date: Raw,
    expire_date: Raw,
    auth_code: Raw,
    claim_code: Raw,
) -> Coverage:
    """``visit_pttype`` or, without one, ``ovst.pttype``: the key is the same in both cases."""
    notes: list[str] = []
    number = n.integer(sequence, "sequence", notes)
    return Coverage(
        visit_ref=visit_ref,
        row_key=f"{visit_ref}:{n.text(pttype) or ''}",
        sequence=1 if number is None and is_visit_pttype else number,
        group_code=n.text(group_code),
        instype=n.first(instype, mapped_instype),
        plan_name=n.text(plan_name),
        subgroup=n.text(subgroup),
        main_hospital=n.text(main_hospital),
        sub_hospital=n.text(sub_hospital),
        begin_date=n.date(begin_date, "begin_date", notes),
        expire_date=n.date(expire_date, "expire_date", notes, open_ended=True),
        auth_code=n.text(auth_code),
        claim_code=n.text(claim_code),
        notes=n.packed(notes),
    )


def appointment(
    visit_ref: str,
    row_key: Raw,
    start_date: Raw,
    start_time: Raw,
    end_time: Raw,
    other_end_time: Raw,
    clinic_code: Raw,
    clinic_name: Raw,
    cause: Raw,
    note: Raw,
    doctor_name: Raw,
    entry_date: Raw,
    visit_date: Raw,
) -> Appointment:
    """``oapp``; made on the entry date, else on the day of the visit."""
    notes: list[str] = []
    return Appointment(
        visit_ref=visit_ref,
        row_key=str(row_key),
        start_date=n.date(start_date, "start_date", notes),
        start_time=n.time(start_time, "start_time", notes),
        end_time=n.time(n.first(end_time, other_end_time), "end_time", notes),
        clinic_code=n.text(clinic_code),
        clinic_name=n.text(clinic_name),
        cause=n.text(cause),
        note=n.text(note),
        doctor_name=n.text(doctor_name),
        created_date=n.date(entry_date, "created_date", notes) or n.date(visit_date, "created_date", notes),
        notes=n.packed(notes),
    )


def lab_result(
    visit_ref: str,
    order_number: Raw,
    local_code: Raw,
    name_then: Raw,
    name_now: Raw,
    value: Raw,
    unit: Raw,
    reference_then: Raw,
    reference_now: Raw,
    abnormal: Raw,
    loinc: Raw,
    tmlt: Raw,
    labtest: Raw,
    group_name: Raw,
    order_date: Raw,
    order_time: Raw,
    report_date: Raw,
    report_time: Raw,
) -> LabResult:
    """``lab_order``; name and range as they were at order time, else those of ``lab_items`` today."""
    notes: list[str] = []
    return LabResult(
        visit_ref=visit_ref,
        row_key=f"{order_number}:{local_code}",
        order_number=str(order_number),
        local_code=n.text(local_code),
        name=n.first(name_then, name_now),
        value=n.text(value),
        unit=n.text(unit),
        reference_text=n.first(reference_then, reference_now),
        abnormal=n.text(abnormal),
        loinc=n.text(loinc),
        tmlt=n.text(tmlt),
        labtest=n.text(labtest),
        group_name=n.text(group_name),
        order_date=n.date(order_date, "order_date", notes),
        order_time=n.time(order_time, "order_time", notes),
        report_date=n.date(report_date, "report_date", notes),
        report_time=n.time(report_time, "report_time", notes),
        notes=n.packed(notes),
    )


def drug_dispense(
    visit_ref: str,
    row_key: Raw,
    local_code: Raw,
    name: Raw,
    strength: Raw,
    sks_code: Raw,
    tpu_code: Raw,
    gpu_code: Raw,
    did24: Raw,
    quantity: Raw,
    unit: Raw,
    unit_price: Raw,
    sp_use: Raw,
    special1: Raw,
    special2: Raw,
    special3: Raw,
    usage_short: Raw,
    usage_code: Raw,
    usage1: Raw,
    usage2: Raw,
    usage3: Raw,
    rx_date: Raw,
    rx_time: Raw,
    visit_date: Raw,
    visit_time: Raw,
) -> DrugDispense:
    """``opitemrece``; directions of the line: ``sp_use`` overrides ``drugusage``, never the drug's default.

    A special direction that cannot be read is not replaced by the ordinary one, which it overrides.
    """
    notes: list[str] = []
    tmt, level = next(
        (
            (found, of)
            for found, of in (
                (n.concept_id(sks_code), "SKS"),
                (n.concept_id(tpu_code), "TPU"),
                (n.concept_id(gpu_code), "GPU"),
            )
            if found
        ),
        (None, None),
    )
    if n.text(sp_use):
        instruction = n.joined(special1, special2, special3)
        usage = n.text(special1)
        if instruction is None:
            notes.append("unresolved:instruction_th")
    else:
        instruction = n.joined(usage1, usage2, usage3)
        usage = n.first(usage_short, usage_code)
    day, clock = (rx_date, rx_time) if n.text(rx_date) else (visit_date, visit_time)
    return DrugDispense(
        visit_ref=visit_ref,
        row_key=str(row_key),
        local_code=n.text(local_code),
        name=n.joined(name, strength),
        tmt_code=tmt,
        tmt_level=level,
        did24=n.text(did24),
        quantity=n.number(quantity, "quantity", notes),
        unit=n.text(unit),
        unit_price=n.number(unit_price, "unit_price", notes),
        usage_text=usage,
        instruction_th=instruction,
        dispensed_date=n.date(day, "dispensed_date", notes),
        dispensed_time=n.time(clock, "dispensed_time", notes),
        notes=n.packed(notes),
    )
