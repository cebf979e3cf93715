"""`python -m broker.engines.embedded --folder F --port P`: one broker in the foreground. Ends with 0 on SIGTERM, else with 2 and a line."""

import argparse
import asyncio
import logging
import resource
import signal
import sqlite3
import sys
from pathlib import Path

import uvloop

from broker.engines.embedded.gate import FileGate, GateError
from broker.engines.embedded.server import serve
from broker.engines.embedded.store import NewerStore


def main() -> int:
    """Run from the command line."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a reload before we listen is no reason to end: everything is read after this
    parser = argparse.ArgumentParser(prog="broker.engines.embedded", description="A small MQTT 3.1.1 broker.")
    parser.add_argument("--folder", type=Path, required=True, help="credentials.json, access.json and the message store")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # one descriptor for each client
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(FileGate(asked.folder), asked.folder, host=asked.host, port=asked.port))
    except GateError as error:
        return _fail("broker.credentials", error)
    except NewerStore as error:
        return _fail("broker.store_newer", error)
    except (sqlite3.Error, OSError) as error:
        return _fail("broker.start_failed", error)
    return 0


def _fail(code: str, error: Exception) -> int:
    logging.getLogger("broker").critical("%s error=%s", code, error)
    return 2


if __name__ == "__main__":
    sys.exit(main())
