"""Files with a hospital's own codes: what they may hold, who wins, and what they fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from phr.canonical import LabResult, Visit
from phr.errors import StopHospital
from phr.mapping.code_coverage import CodeCoverage
from phr.mapping.local_codes import MAPS, LocalCodes

HEAD = "# map: labs\n# version: 1\n# source: laboratory of the test hospital, 1 Nov 2026\n"


def lab(code: str | None, loinc: str | None = None) -> LabResult:
    values = dict.fromkeys(LabResult._fields)
    return LabResult(
        **{
            **values,
            "visit_ref": "v",
            "row_key": "r",
            "order_number": "1",
            "local_code": code,
            "name": f"test {code}",
            "value": "1",
            "loinc": loinc,
        }
    )  # type: ignore[arg-type]


def write(config: Path, text: str, name: str = "labs.csv", hcode: str = "") -> None:
    folder = config / "codes" / hcode
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_line_fills_the_code_and_leaves_the_rest_of_the_row_alone(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "source,loinc,tmlt\n076,4548-4,\n")
    rows = [lab("076"), lab("077", "718-7"), lab(None)]
    found = LocalCodes.load(tmp_path, "99001").apply({"lab_result": rows, "visit": []})
    assert [row.loinc for row in found["lab_result"]] == ["4548-4", "718-7", None]
    assert found["lab_result"][0]._replace(loinc=None) == rows[0]
    assert found["lab_result"][1] is rows[1]


def test_the_hospitals_own_file_goes_before_the_provinces(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "source,loinc\n1,1-1\n2,2-2\n")
    write(tmp_path, HEAD + "source,loinc\n2,9-9\n", hcode="99002")
    rows = {"lab_result": [lab("1"), lab("2")]}
    assert [r.loinc for r in LocalCodes.load(tmp_path, "99001").apply(rows)["lab_result"]] == ["1-1", "2-2"]
    assert [r.loinc for r in LocalCodes.load(tmp_path, "99002").apply(rows)["lab_result"]] == ["1-1", "9-9"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("labs.csv", "source,loinc\n1,1-1\n", "# map:"),
        (
            "labs.csv",
            HEAD.replace("laboratory of the test hospital, 1 Nov 2026", "") + "source,loinc\n",
            "# source:",
        ),
        ("labs.csv", HEAD + "source,loinc,icd10\n1,1-1,E11\n", "icd10"),
        ("labs.csv", HEAD + "code,loinc\n1,1-1\n", "code"),
        ("labs.csv", HEAD + "source,loinc\n1,1-1\n1,2-2\n", "1 is listed twice"),
        ("labs.csv", HEAD + "source,loinc\n,1-1\n", "source is empty"),
        ("drugs.csv", HEAD + "source,tmt_code,tmt_level\nA,123,\n", "belong together"),
        ("drugs.csv", HEAD + "source,tmt_code,tmt_level\nA,123,TP\n", "belong together"),
        ("moods.csv", HEAD + "source,loinc\n", "no such map"),
    ],
)
def test_a_file_that_cannot_be_meant_stops_the_hospital_and_names_it(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    write(tmp_path, text, name, hcode="99001")
    with pytest.raises(StopHospital) as caught:
        LocalCodes.load(tmp_path, "99001")
    assert (caught.value.fault.code, caught.value.hospital) == ("PHR-101", "99001")
    assert f"codes/99001/{name}" in str(caught.value.detail)
    assert says in str(caught.value.detail)
    LocalCodes.load(tmp_path, "99002")  # another hospital goes on


def test_a_department_has_its_code_when_the_document_carries_it() -> None:
    visit = Visit(*[None] * len(Visit._fields))  # type: ignore[arg-type]
    has_code = MAPS["clinics"].has_code
    assert has_code(visit._replace(clinic_code="00100"))
    assert not any(has_code(visit._replace(clinic_code=code)) for code in (None, "", "01", "0010A", "001000"))


def test_the_template_of_what_is_missing_is_a_file_that_can_be_read_back(tmp_path: Path) -> None:
    coverage = CodeCoverage()
    coverage.add({"lab_result": [lab("1"), lab("2"), lab("2"), lab("3", "1-1")]})
    counts = coverage.maps["labs"]
    assert (counts.rows, counts.coded, counts.missing.most_common(1)) == (4, 1, [(("2", "test 2"), 2)])
    from datetime import date

    text = coverage.template("labs", "99001", date(2026, 11, 26))
    lines = text.splitlines()
    assert lines[3:] == ["source,name,rows,loinc,tmlt", "2,test 2,2,,", "1,test 1,1,,"]
    write(tmp_path, text.replace("# source: ", "# source: me").replace("2,test 2,2,,", "2,test 2,2,5-5,"))
    assert LocalCodes.load(tmp_path, "99001").lines["labs"] == {"2": {"loinc": "5-5"}}
