"""A small client of the ``/_sandbox`` paths, for tests and the demo."""

from __future__ import annotations

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
        """Stored encounters: ref, service_date, writes, body_sha256, seq, received_at; without bodies."""
        return self._call("GET", "encounters", params={"hospital_code": hospital_code})

    def encounter(self, ref: str) -> Any:
        """One stored encounter with ``body`` and ``children`` (kind -> rows)."""
        return self._call("GET", f"encounter/{quote(ref)}")

    def registers(self, hospital_code: str, kind: str) -> Any:
        """Register rows of a hospital; kind is Immunization or AllergyIntolerance."""
        return self._call("GET", "registers", params={"hospital_code": hospital_code, "kind": kind})

    def settings(self, **changes: Any) -> Any:
        """Change settings of the running double (resend, rate_limit_per_minute, ...); gives all of them."""
        return self._call("POST", "settings", json=changes)

    def reset(self) -> Any:
        """Empty the store and clear the faults."""
        return self._call("POST", "reset")

    def health(self) -> Any:
        """``{"status": "ok", "seq": last call's sequence number}``."""
        return self._call("GET", "health")
