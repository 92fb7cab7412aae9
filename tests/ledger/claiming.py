"""A deliverer in a process of its own: claims v0 .. vN one by one and prints what it got."""

from __future__ import annotations

import sys

from ledger_parts import outbox

from phr.ledger import Ledger


def main(url: str, documents: int) -> None:
    box = outbox(Ledger.open(url))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for n in range(documents):
        claims, _ = box.claim({f"v{n}": "k1:a"})
        for claim in claims:
            sys.stdout.write(f"{claim.reference}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
