"""The call that empties an immunization register (trap 3): one body, one kind, a setting, a person's word."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
import requests
from delivery_parts import HOSPITAL, SAMPLE, address_of, login, token_service

from phr.delivery.client import PhrClient
from phr.delivery.guard import Guard, NotProved, Refused
from phr.errors import Bug
from phr.ledger import approvals
from phr.ledger.brake import Brake
from phr.ledger.destructive import Destructive, made_calls
from phr.ledger.store import Ledger
from phr.settings import EndpointSettings
from phr_sandbox.national.server import SandboxServer

CONTENT = "v1:k1:content"


def body(**changes: Any) -> bytes:
    made = copy.deepcopy({name: SAMPLE[name] for name in ("managingOrganization", "Patient")})
    return orjson.dumps({**made, "Immunization": [], **changes})


def guard(national: SandboxServer, ledger: Ledger, kind: str = "immunization", **endpoint: Any) -> Guard:
    address = address_of(national.base_url)
    client = PhrClient(address, token_service(address, ledger, login()), requests.Session)
    book = Destructive(ledger, "r1", HOSPITAL, kind, Brake(removals=1000, share=1.0))
    return Guard(client, book, EndpointSettings(**{"allow_empty_register": True, **endpoint}), lambda: None)


def approve(ledger: Ledger, content: str = CONTENT) -> None:
    with ledger.write(HOSPITAL) as connection:
        item = approvals.Item("p1", content, "REGISTER_EMPTIED")
        asked = approvals.propose(
            connection, hospital=HOSPITAL, kind="immunization", action="empty", items=[item]
        )
    assert asked is not None
    found = approvals.get(ledger, asked)
    assert found is not None
    approvals.decide(ledger, asked, approve=True, digest=found["digest"], by="t", via="cli", note="seen")


def empty(guard: Guard, sent: bytes | None = None, *, still: bool = True) -> Any:
    return guard.empty_register(
        reference="p1",
        content=CONTENT,
        reason="REGISTER_EMPTIED",
        body=sent or body(),
        called=lambda: still,
    )


def uploads(national: SandboxServer) -> int:
    return len(national.admin.requests(path="ImmunizationRegisterv1"))


def test_an_approved_empty_register_goes_once_and_stands_in_the_book(
    national: SandboxServer, ledger: Ledger
) -> None:
    approve(ledger)
    assert empty(guard(national, ledger)).kind == "accepted"
    (call,) = made_calls(ledger)
    assert (call["digest"], call["permission"], call["proof"]) == (CONTENT, "approval", "replaced")
    # the leave is used up
    with pytest.raises(Refused):
        empty(guard(national, ledger))
    assert uploads(national) == 1


@pytest.mark.parametrize(
    "sent",
    [
        body(Immunization=[{"vaccineCode": {}}]),
        body(Immunization=None),
        body(Patient=None),
        body(managingOrganization={**SAMPLE["managingOrganization"], "scope": "ALL"}),
    ],
)
def test_another_body_is_refused(national: SandboxServer, ledger: Ledger, sent: bytes) -> None:
    approve(ledger)
    with pytest.raises(Bug) as caught:
        empty(guard(national, ledger), sent)
    assert caught.value.fault.code == "PHR-508"
    assert (uploads(national), made_calls(ledger)) == (0, [])


@pytest.mark.parametrize("kind", ["encounter", "allergy", "chronic"])
def test_no_other_kind_is_emptied(national: SandboxServer, ledger: Ledger, kind: str) -> None:
    approve(ledger)
    with pytest.raises(Bug):
        empty(guard(national, ledger, kind))
    assert uploads(national) == 0


def test_nothing_goes_without_the_setting_or_without_exactly_this_approval(
    national: SandboxServer, ledger: Ledger
) -> None:
    with pytest.raises(Refused):
        empty(guard(national, ledger))
    approve(ledger, content="v2:k1:other")
    with pytest.raises(Refused):
        empty(guard(national, ledger))
    approve(ledger)
    with pytest.raises(Refused):
        empty(guard(national, ledger, allow_empty_register=False))
    assert (uploads(national), made_calls(ledger)) == (0, [])


def test_a_register_that_is_not_emptied_any_more_is_not_sent(national: SandboxServer, ledger: Ledger) -> None:
    approve(ledger)
    assert empty(guard(national, ledger), still=False) is None
    assert [row["answer"] for row in made_calls(ledger)] == ["NOT_MADE"]
    assert uploads(national) == 0


@pytest.mark.parametrize(("setting", "kind"), [("refuse", "refused"), ("ignore", None)])
def test_what_the_national_side_says(
    national: SandboxServer, ledger: Ledger, setting: str, kind: str | None
) -> None:
    national.admin.settings(empty_register=setting)
    approve(ledger)
    if kind is None:  # acknowledged is all the proof there is
        assert empty(guard(national, ledger)).kind == "accepted"
        return
    with pytest.raises(NotProved) as caught:
        empty(guard(national, ledger))
    assert caught.value.answer.kind == kind
    assert [row["state"] for row in approvals.questions(ledger, states=("approved", "void"))] == ["void"]
