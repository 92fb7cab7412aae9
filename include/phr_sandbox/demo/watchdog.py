"""Ends a demo's components when the demo itself is gone, however it ended (SIGKILL included).

A process of its own session, so that neither the closing terminal nor Ctrl-C reaches it. It holds the
reading end of a pipe whose writing end only the demo has: the kernel closes that one with the demo.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from phr_sandbox.demo.processes import end_leftovers


def start(state_file: Path, owner: int) -> subprocess.Popen[bytes]:
    """Watch over the components ``owner`` notes in ``state_file`` until ``stdin`` of the result closes."""
    command = [sys.executable, "-m", "phr_sandbox.demo.watchdog", str(state_file.absolute()), str(owner)]
    return subprocess.Popen(  # noqa: S603 (our own command)
        command,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def main() -> None:
    """Wait for the demo's end, then end what it left."""
    sys.stdin.buffer.read()
    end_leftovers(Path(sys.argv[1]), owner=int(sys.argv[2]))


if __name__ == "__main__":
    main()
