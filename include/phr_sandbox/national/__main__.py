"""``python -m phr_sandbox.national STORE_DIR [--port N]``: run the national API double."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path

from phr_sandbox.national.server import PortInUseError, serve
from phr_sandbox.national.settings import SandboxSettings
from phr_sandbox.national.store import StoreInUseError


def _leave_with_parent() -> None:
    # ends when the parent's end of the pipe closes; os.read, because a thread that waits in sys.stdin
    # holds its lock and makes the interpreter abort on a normal exit
    while os.read(0, 1024):
        pass
    os._exit(0)


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="phr_sandbox.national", description="national API double")
    parser.add_argument("store_dir", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--settings", type=Path, help="JSON file (default: sandbox.json beside the store)")
    parser.add_argument("--ready-file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.with_parent:
        threading.Thread(target=_leave_with_parent, daemon=True).start()
    settings = SandboxSettings.load(given.settings) if given.settings else None
    try:
        serve(given.store_dir, given.host, given.port, settings, ready_file=given.ready_file)
    except (PortInUseError, StoreInUseError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
