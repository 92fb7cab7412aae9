"""A small client of the ``/_sandbox`` paths, for tests and the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

_TIMEOUT = 30


class AdminClient:
    """Each method is one call; an answer other than 2xx raises requests.HTTPError."""

    def __init__(self, base_url: str) -> None:
        self._root = f"{base_url}/_sandbox"

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = requests.request(method, f"{self._root}/{path}", timeout=_TIMEOUT, **arguments)
        answer.raise_for_status()
        return answer.json()

    def order(self, *rules: dict[str, Any]) -> Any:
        """Put these fault rules (keys of FaultRule) in force instead of the ones before."""
        return self._call("POST", "faults", json=list(rules))

    def faults(self) -> Any:
        """The rules in force, each with ``fired``."""
        return self._call("GET", "faults")

    def clear_faults(self) -> Any:
        """No faults any more."""
        return self._call("DELETE", "faults")

    def expire_tokens(self) -> Any:
        """Make every JWT issued so far invalid."""
        return self._call("POST", "expire-tokens")

    def stats(self) -> Any:
        """``{"paths": {name: {"calls", "results": {"http/MessageCode fault": n}}}, "encounters": n}``."""
        return self._call("GET", "stats")

    def requests(self, path: str = "", ref: str = "", after: int = 0) -> Any:
        """Rows of the call log: of one path (its last part), one reference, behind one sequence number."""
        return self._call("GET", "requests", params={"path": path, "ref": ref, "after": after})

    def encounters(self, hospital_code: str = "") -> Any:
        """Stored encounters: ref, service_date, writes, body_sha256, seq, received_at, sender; no bodies."""
        return self._call("GET", "encounters", params={"hospital_code": hospital_code})

    def encounter(self, ref: str) -> Any:
        """One stored encounter with ``body`` and ``children`` (kind -> rows)."""
        return self._call("GET", f"encounter/{quote(ref)}")

    def registers(self, hospital_code: str, kind: str) -> Any:
        """Register rows of a hospital; kind is Immunization, AllergyIntolerance or ChronicDiseaseRegister."""
        return self._call("GET", "registers", params={"hospital_code": hospital_code, "kind": kind})

    def summaries(self, hospital_code: str = "") -> Any:
        """What OrgEncounterSummary filed: hospital_code, period_start, the three counts, writes, seq."""
        return self._call("GET", "summaries", params={"hospital_code": hospital_code})

    def masks(self, hospital_code: str = "") -> Any:
        """References of masked visits: the register of disputed visits."""
        return self._call("GET", "masks", params={"hospital_code": hospital_code})

    def calls(self, after: int = 0, hospital_code: str = "") -> Any:
        """``{path: {"accepted": n, "refused": n, "faulted": n}}`` of the calls behind a sequence number.

        A call that was failed on order is faulted (a warning is no failure), whether it wrote or not.
        """
        return self._call("GET", "calls", params={"after": after, "hospital_code": hospital_code})

    def deletions(self, after: int = 0, hospital_code: str = "") -> Any:
        """Destructive calls, oldest first: seq, call, kind, hospital_code, ref, ``deleted`` {kind: rows}.

        kind is encounter (RemoveEncounter and scope ALL, always), chronic (a removal, always), children and
        register (when a write dropped rows).
        """
        return self._call("GET", "deletions", params={"after": after, "hospital_code": hospital_code})

    def dump(self, hospital_code: str) -> Iterator[dict[str, Any]]:
        """Everything of one hospital in a fixed order: ``{"kind", ...columns of the read side}``."""
        answer = requests.get(
            f"{self._root}/dump", params={"hospital_code": hospital_code}, timeout=_TIMEOUT, stream=True
        )
        with answer:
            answer.raise_for_status()
            for line in answer.iter_lines(chunk_size=1 << 16):
                yield json.loads(line)

    def seed_foreign(self, hospital_code: str, encounters: Sequence[Mapping[str, Any]], **sender: Any) -> Any:
        """File visits ({vn, cid, date, ...Encounter keys}) as if another computer had sent them.

        `sender`: sender (program), computer_name, heartbeat (default True: that computer is sending now).
        """
        order = {"hospital_code": hospital_code, "encounters": list(encounters), **sender}
        return self._call("POST", "foreign", json=order)

    def touch(self, ref: str, changes: Mapping[str, Any] | None = None, **sender: Any) -> Any:
        """Let another computer write over a stored visit; `changes` are keys of its Encounter."""
        return self._call("POST", "touch", json={"ref": ref, "changes": dict(changes or {}), **sender})

    def heartbeat(self, hospital_code: str, computer_name: str) -> Any:
        """A heartbeat of another computer; GetAgentComputerName names it from now on."""
        order = {"hospital_code": hospital_code, "computer_name": computer_name}
        return self._call("POST", "heartbeat", json=order)

    def settings(self, **changes: Any) -> Any:
        """Change settings of the running double (resend, rate_limit_per_minute, ...); gives all of them."""
        return self._call("POST", "settings", json=changes)

    def reset(self) -> Any:
        """Empty the store and clear the faults."""
        return self._call("POST", "reset")

    def health(self) -> Any:
        """``{"status": "ok", "seq": last call's sequence number}``."""
        return self._call("GET", "health")
