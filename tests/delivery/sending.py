"""A sender in a process of its own; with ``--stop-before-call`` it stops itself like ``kill -STOP`` would."""

from __future__ import annotations

import os
import signal
import sys

from delivery_parts import Desk

from phr.delivery import PhrClient
from phr.ledger import Ledger


class Address:
    """What :class:`Desk` needs of a running double."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


def main(url: str, base_url: str, references: str, text: str, calls_per_minute: str, mode: str) -> None:
    limit = int(calls_per_minute) or None
    desk = Desk(Address(base_url), Ledger.open(url), lease_seconds=1.0, threads=1, calls_per_minute=limit)  # type: ignore[arg-type]
    desk.want(*references.split(","), text=text)
    if mode == "stop":
        real = PhrClient.upload

        def stopped(self: PhrClient, kind: str, body: bytes) -> object:
            os.kill(os.getpid(), signal.SIGSTOP)  # after the check, before the call: the worst moment
            return real(self, kind, body)

        PhrClient.upload = stopped  # type: ignore[assignment, method-assign]
    left = desk.send()
    sys.stdout.write(f"{left} {desk.sender.report.sent}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
