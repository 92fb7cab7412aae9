"""The call that could wipe a chronic disease register (trap 4): by name, on a person's word, never empty."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import requests
from delivery_parts import HOSPITAL, SAMPLE, address_of, login, token_service
from sqlalchemy import select

from phr.delivery.client import EntriesPermit, Permit, PhrClient
from phr.delivery.guard import EntryNames, Guard, NotProved, Refused
from phr.errors import Bug
from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.brake import Brake
from phr.ledger.claims import Claim
from phr.ledger.destructive import Destructive
from phr.ledger.store import Ledger
from phr.settings import EndpointSettings
from phr_sandbox.national.server import SandboxServer

NAMES = EntryNames(("001", "002"), lambda code, reference: f"{code}|{reference}")
CONTENT = "k1:content"


class Outbox:
    """The two questions the guard asks of the outbox."""

    mine = True
    removed = 0

    def still_mine(self, _claim: Claim) -> bool:
        return self.mine

    def entries_removed(self, _claim: Claim) -> bool:
        self.removed += 1
        return True


@pytest.fixture
def client(national: SandboxServer, ledger: Ledger) -> PhrClient:
    address = address_of(national.base_url)
    return PhrClient(address, token_service(address, ledger, login()), requests.Session)


def guard(client: PhrClient, ledger: Ledger, **endpoint: Any) -> Guard:
    book = Destructive(ledger, "r1", HOSPITAL, "chronic", Brake(removals=1000, share=1.0))
    settings = EndpointSettings(**{"allow_chronic_remove": True, **endpoint})
    return Guard(client, book, settings, lambda: None, NAMES)


def claim(*gone: str, kept: tuple[str, ...] = ()) -> Claim:
    return Claim("p1", 2, "token", CONTENT, {}, removes=len(gone), entries=len(kept), gone=gone, kept=kept)


def approve(ledger: Ledger, content: str = CONTENT) -> None:
    with ledger.write(HOSPITAL) as connection:
        asked = approvals.propose(
            connection,
            hospital=HOSPITAL,
            kind="chronic",
            action="shrink",
            items=[approvals.Item("p1", content, "REGISTER_SHRANK")],
        )
    assert asked is not None
    found = approvals.get(ledger, asked)
    assert found is not None
    approvals.decide(ledger, asked, approve=True, digest=found["digest"], by="a", via="cli", note="n")


def fill(client: PhrClient, *entries: str) -> None:
    """Entries ``code|reference`` at the double, put there by its own upload call."""
    body = SAMPLE
    who = body["Encounter"][0]["managingOrganization"]
    document = {
        "managingOrganization": {**who},
        "Patient": body["Patient"],
        "ChronicDiseaseRegister": [
            {
                "managingOrganization": who,
                "code": {"coding": [{"code": code}]},
                "chronic_ref_code": reference,
                "clinicalText": "x",
                "description": [],
            }
            for code, reference in (entry.split("|") for entry in entries)
        ],
    }
    assert client.upload("chronic", orjson.dumps(document)).kind == "accepted"


def there(client: PhrClient) -> set[str]:
    return {
        f"{code}|{reference}" for code in NAMES.codes for reference in client.chronic_references(code).result
    }


def removals(national: SandboxServer) -> int:
    return len(
        [
            row
            for row in national.admin.requests(path="PatientChronicRegisterv1")
            if row["ref"].startswith("cd:")
        ]
    )


def book(ledger: Ledger) -> list[dict[str, Any]]:
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(select(t.destructive_call)).mappings()]


@pytest.mark.parametrize(("code", "references"), [("001", ()), ("", ("a",)), ("001", ("a", ""))])
def test_no_permit_can_be_made_that_would_wipe_a_code(code: str, references: tuple[str, ...]) -> None:
    with pytest.raises(Bug, match="PHR-508"):
        EntriesPermit(code, references, "call")


def test_an_encounter_permit_is_none(client: PhrClient) -> None:
    with pytest.raises(AttributeError):
        client.remove_chronic(Permit("v1", "call"))  # type: ignore[arg-type]


def test_nothing_is_removed_without_the_setting(
    client: PhrClient, ledger: Ledger, national: SandboxServer
) -> None:
    fill(client, "001|a", "001|b")
    approve(ledger)
    for off in (guard(client, ledger, allow_chronic_remove=False), guard(client, ledger)):
        if off.endpoint.allow_chronic_remove:
            off.entry_names = None
        with pytest.raises(Refused):
            off.remove_first(claim("001|a", kept=("001|b",)), Outbox())  # type: ignore[arg-type]
    assert (there(client), removals(national), book(ledger)) == ({"001|a", "001|b"}, 0, [])
    assert EndpointSettings().allow_chronic_remove is False


def test_nothing_is_removed_without_an_approval_of_exactly_this(
    client: PhrClient, ledger: Ledger, national: SandboxServer
) -> None:
    fill(client, "001|a", "001|b")
    approve(ledger, "k1:another")
    with pytest.raises(Refused):
        guard(client, ledger).remove_first(claim("001|a", kept=("001|b",)), Outbox())  # type: ignore[arg-type]
    assert (there(client), removals(national)) == ({"001|a", "001|b"}, 0)


def test_exactly_what_is_gone_is_removed_and_proved(
    client: PhrClient, ledger: Ledger, national: SandboxServer
) -> None:
    fill(client, "001|a", "001|b", "002|c", "002|d")
    approve(ledger)
    outbox = Outbox()
    assert guard(client, ledger).remove_first(claim("001|a", "002|c", kept=("001|b",)), outbox)  # type: ignore[arg-type]
    assert there(client) == {"001|b", "002|d"}
    (call,) = book(ledger)
    assert (call["permission"], call["proof"], call["answer"]) == ("approval", "gone", "200")
    assert (removals(national), outbox.removed) == (2, 1)


def test_what_is_gone_already_makes_no_call(
    client: PhrClient, ledger: Ledger, national: SandboxServer
) -> None:
    fill(client, "001|b")
    outbox = Outbox()
    assert guard(client, ledger).remove_first(claim("001|a", kept=("001|b",)), outbox)  # type: ignore[arg-type]
    assert (removals(national), book(ledger), outbox.removed) == (0, [], 1)


def test_a_list_that_lacks_what_must_be_there_proves_nothing(
    client: PhrClient, ledger: Ledger, national: SandboxServer
) -> None:
    approve(ledger)
    outbox = Outbox()
    with pytest.raises(NotProved):
        guard(client, ledger).remove_first(claim("001|a", kept=("001|b",)), outbox)  # type: ignore[arg-type]
    assert (removals(national), outbox.removed) == (0, 0)


def test_a_lost_lease_makes_no_call(client: PhrClient, ledger: Ledger, national: SandboxServer) -> None:
    fill(client, "001|a")
    approve(ledger)
    outbox = Outbox()
    outbox.mine = False
    assert not guard(client, ledger).remove_first(claim("001|a"), outbox)  # type: ignore[arg-type]
    assert (removals(national), there(client)) == (0, {"001|a"})


@pytest.mark.parametrize("entries", [None, [], [{}, {}]])
def test_a_body_without_exactly_its_entries_is_refused(
    client: PhrClient, ledger: Ledger, entries: list[Any] | None
) -> None:
    with pytest.raises(Bug, match="PHR-508"):
        guard(client, ledger).check(claim(kept=("001|b",)), orjson.dumps({"ChronicDiseaseRegister": entries}))
