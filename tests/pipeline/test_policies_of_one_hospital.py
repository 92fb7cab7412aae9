"""Parameters of one hospital that decide what leaves it and how fast: policies, connection, budget weight."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from province_kit import ProvinceKit, assert_balanced, unit_of

from phr.errors import StopHospital
from phr.pipeline import steps
from phr.pipeline.deliver import weighted
from phr.quality.cid import check_digit
from phr.settings import EndpointSettings, Hospital

HCODE = "99002"


def cid_of(first: str) -> str:
    twelve = f"{first}00000099002"
    return twelve + str(check_digit(twelve))


@pytest.mark.parametrize("first", ["0", "6", "7"])
def test_a_hospital_may_keep_back_ids_without_thai_registration(province: ProvinceKit, first: str) -> None:
    visit = province.clean_visit(HCODE)
    for table, column in (("patient", "hn"), ("person", "patient_hn")):
        province.his(
            HCODE,
            f"UPDATE {table} SET cid = ? WHERE {column} = (SELECT hn FROM ovst WHERE vn = ?)",
            cid_of(first),
            visit,
        )
    assert province.run(hospitals=[HCODE], dry_run=True).counts["new"] == len(
        province.expected("send", HCODE)
    ), "by itself the id is as good as any"
    province.configure(hospitals={HCODE: {"identity_policy": "thai_registered"}, "99003": {}})
    result = province.run(hospitals=[HCODE])
    assert result.error is None
    row = province.documents()[f"{HCODE}:{visit}"]
    assert (row["desired_state"], row["desired_reason"]) == ("quarantined", "CID_NOT_THAI_REGISTERED")
    assert f"{HCODE}:{visit}" not in province.national()
    assert set(province.national()) == province.expected("send", HCODE) - {f"{HCODE}:{visit}"}
    assert_balanced(province, result.options.run_id)


def test_a_hospital_has_a_class_policy_of_its_own(province: ProvinceKit) -> None:
    shipped = (province.config / "data_class_policy.yaml").read_text(encoding="utf-8")
    strict = shipped.replace("C2: {action: send", "C2: {action: hold").replace("phr-proposed-1", "strict-1")
    (province.config / "policy_99003.yaml").write_text(strict, encoding="utf-8")
    province.configure(hospitals={"99003": {"class_policy": "policy_99003.yaml"}})
    result = province.run(hospitals=[HCODE, "99003"])
    assert result.error is None
    assert set(province.national()) == province.expected("send", HCODE)
    policies = {
        (ref[:5], row["desired_policy"].partition("+")[0])
        for ref, row in province.documents().items()
        if row["desired_policy"]
    }
    assert policies == {(HCODE, "phr-proposed-1"), ("99003", "strict-1")}
    (province.config / "policy_99003.yaml").unlink()
    alone = province.run(hospitals=[HCODE, "99003"])
    assert "99003 PHR-106" in str(alone.error)
    assert "policy_99003.yaml" in province.hospital_rows(alone.options.run_id)["99003"]["error_text"]
    assert province.hospital_rows(alone.options.run_id)[HCODE]["status"] == "done"


def test_a_source_connection_of_another_name(province: ProvinceKit) -> None:
    path = province.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["amphoe_server"] = raw.pop("his_99003")
    path.write_text(json.dumps(raw), encoding="utf-8")
    options = province.options(hospitals=["99003"])
    assert province.steps(options, steps.plan_units(options)[0], ("extract",))[0].fault.code == "PHR-103"
    province.configure(hospitals={"99003": {"connection": "amphoe_server"}, HCODE: {}})
    assert province.run(hospitals=["99003"]).error is None
    # a HOSxP database is one hospital's: sharing its connection never sends one for the other
    province.configure(hospitals={HCODE: {"connection": "amphoe_server"}})
    shared = province.run(hospitals=[HCODE])
    assert "99002 PHR-210" in str(shared.error)


def test_only_settings_for_one_run_can_be_overridden(province: ProvinceKit) -> None:
    for field, value in (("identity_policy", "checksum"), ("paused", None), ("retraction", "off")):
        with pytest.raises(StopHospital, match=rf"PHR-101 \[hospital 99002\].*overrides: {field}: not a set"):
            steps.plan_units(province.options(overrides={HCODE: {field: value}}))
    province.configure(hospitals={HCODE: {"maintenance": [{"from": "22:00", "to": "23:00"}]}})
    options = province.options(overrides={HCODE: {"budget_weight": 3, "sweep_days_per_run": 30}})
    hospital = province.context(options).hospital(HCODE)
    assert (hospital.budget_weight, hospital.sweep_days_per_run) == (3, 30)
    assert len(hospital.maintenance) == 1


@pytest.mark.parametrize(
    ("threads", "weight", "wanted"),
    [(8, 1, 8), (8, 0.1, 1), (8, 0.5, 4), (8, 2.5, 20), (1, 0.1, 1), (16, 10, 64), (64, 1, 64)],
)
def test_the_weight_is_a_factor_on_the_threads(threads: int, weight: float, wanted: int) -> None:
    hospital = Hospital(hcode=HCODE, name_th="ก", his="hosxp", budget_weight=weight)
    endpoint = EndpointSettings(threads=threads)
    assert weighted(endpoint, hospital) == endpoint.model_copy(update={"threads": wanted})


class CountingSession(requests.Session):
    """Notes the thread of every upload."""

    def __init__(self, seen: set[str]) -> None:
        super().__init__()
        self._seen = seen

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        if str(url).endswith("UpdatePHRv1"):
            self._seen.add(threading.current_thread().name)
        return super().request(method, url, *args, **kwargs)


@pytest.mark.parametrize(("weight", "most"), [(0.1, 1), (1, 4), (2, 8)])
def test_a_hospital_sends_with_its_own_number_of_threads(
    mapped: ProvinceKit, weight: float, most: int
) -> None:
    mapped.configure(hospitals={"99001": {"budget_weight": weight}})
    mapped.double.admin.order({"kind": "latency", "value": 30})
    seen: set[str] = set()
    assert mapped.first is not None
    steps.deliver_unit(mapped.first, unit_of("99001"), session_factory=lambda: CountingSession(seen))
    assert len(mapped.expected("send", "99001")) > 2 * most
    assert len(seen) == most


def test_hospitals_that_deliver_at_once_share_the_calls_by_weight(
    new_mapped: Callable[..., ProvinceKit],
) -> None:
    kit = new_mapped(calls_per_minute=1200, lease_seconds=30.0)
    assert kit.first is not None
    kit.configure(hospitals={"99001": {"budget_weight": 1.5}, HCODE: {"budget_weight": 0.5}})
    with ThreadPoolExecutor(2) as pool:
        for done in [
            pool.submit(steps.deliver_unit, kit.first, unit_of(h), wait_limit_seconds=None)
            for h in ("99001", HCODE)
        ]:
            done.result()
    order = [row["hospital_code"] for row in kit.calls()]
    # while both still had documents to send, after the start-up
    both = order[8 : min(len(order) - order[::-1].index(h) for h in ("99001", HCODE))]
    share = Counter(both)
    assert len(both) >= 16, "not enough to judge by"
    assert 1.8 <= share["99001"] / share[HCODE] <= 5, share
