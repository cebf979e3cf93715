"""`dinh watch`: the command line of a watcher."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from broker.engines import Address
from broker.identity import is_id
from cameras.domain.audits import RATE
from cameras.watch.run import Options, run

WORDS = {
    "vi": {
        "broker": "--broker phải có dạng máy:cổng",
        "device": "mã thiết bị không hợp lệ",
        "password": "không đọc được tệp mật khẩu",
        "home": "không ghi được thư mục",
    },
    "en": {
        "broker": "--broker must be host:port",
        "device": "not a device id",
        "password": "the password file cannot be read",
        "home": "the folder cannot be written",
    },
}


def main(arguments: Sequence[str] | None = None, language: str = "vi") -> int:
    """Run a watcher until SIGTERM or SIGINT. Returns the exit status: 0 ended, 2 cannot begin."""
    words = WORDS.get(language, WORDS["en"])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        options = _options(_parser().parse_args(arguments))
    except ValueError as error:
        return _refuse(words[str(error)])
    except OSError as error:
        return _refuse(f"{words['password']}: {error.filename}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(options, stop)
    except OSError as error:
        return _refuse(f"{words['home']}: {error.filename}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dinh watch", description=__doc__)
    parser.add_argument("--node", required=True, help="https://host:8443")
    parser.add_argument("--ca", type=Path, help="ca.pem")
    parser.add_argument("--device", required=True, help="watcher-1")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--audit-rate", type=float, default=RATE, help="share of slept minutes that are looked at afterwards, 0 to 1")
    parser.add_argument("--broker", default="127.0.0.1:1883", help="host:port")
    return parser


def _options(told: argparse.Namespace) -> Options:
    host, _, port = str(told.broker).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("broker")
    if not is_id(told.device):
        raise ValueError("device")
    password = told.password_file.read_text(encoding="utf-8").strip()
    return Options(
        node=told.node.rstrip("/"),
        device=told.device,
        password=password,
        home=told.home,
        broker=Address(host, int(port)),
        ca=told.ca,
        audit_rate=min(max(told.audit_rate, 0.0), 1.0),
    )


def _refuse(why: str) -> int:
    sys.stderr.write(why + "\n")
    return 2
