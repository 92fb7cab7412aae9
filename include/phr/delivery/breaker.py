"""When to stop calling: the endpoint is down, not one document is bad.

A counter under a lock: pybreaker would hold its lock during the call and so make the sending threads wait for
each other (docs/en/adr/0004).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from phr import faults
from phr.delivery.client import Answer
from phr.errors import StopEndpoint


@dataclass
class Breaker:
    """Counts failures in a row over all threads; any answer that is not a failure starts the count anew.

    Calls without an answer of the API itself (no connection, a gateway, the call limit) count one by one.
    An error *inside* the API (``MessageCode`` 5xx) may be the fault of one document, so such documents count,
    not their tries: a handful of bad documents never stops the others.
    """

    limit: int
    hospital: str
    _calls: int = 0
    _documents: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answered(self, answer: Answer) -> None:
        """After every call.

        :raises StopEndpoint: PHR-404 an outage, PHR-409 the call limit.
        """
        with self._lock:
            if answer.kind not in ("retry", "unknown"):
                self._calls = self._documents = 0
                return
            if _inside_the_api(answer):
                return
            self._calls += 1
            broken = self._calls >= self.limit
        if broken:
            self._stop(answer)

    def gave_up(self, answer: Answer) -> None:
        """After the last try of a document; raises as :meth:`answered`."""
        with self._lock:
            self._documents += 1
            broken = self._documents >= self.limit
        if broken:
            self._stop(answer)

    def _stop(self, answer: Answer) -> None:
        fault = faults.API_LIMIT if answer.code in ("429", "HTTP-429") else faults.API_OUTAGE
        raise StopEndpoint(fault, hospital=self.hospital, detail=answer.code)


def _inside_the_api(answer: Answer) -> bool:
    return answer.code.isdigit() and answer.code != "429"
