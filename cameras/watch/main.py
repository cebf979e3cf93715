"""`dinh watch`: the command line of a watcher."""

import argparse
import ctypes
import fcntl
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from broker.engines import Address
from broker.identity import is_id
from cameras.domain.audits import RATE
from cameras.domain.errors import Code, Refusal
from cameras.watch.road import SPOOL_MIB, Options
from cameras.watch.run import VERSION, run

M_ARENA_MAX = -8
"""mallopt(3)."""
WORDS = {
    "vi": {
        "broker": "--broker phải có dạng máy:cổng",
        "device": "mã thiết bị không hợp lệ",
        "password": "không đọc được tệp mật khẩu",
        "home": "không ghi được thư mục",
        "code": "Mã so sánh: {code}. Mở trang Thiết bị trên nút, so mã này rồi chấp nhận. Đang chờ…",
        "known": "Máy này là {device}. Từ nay chạy: dinh watch --node {node} --home {home}",
        "unknown": "máy này chưa đăng ký: chạy một lần với --enrol",
    },
    "en": {
        "broker": "--broker must be host:port",
        "device": "not a device id",
        "password": "the password file cannot be read",
        "home": "the folder cannot be written",
        "code": "Code to compare: {code}. Open the Devices page of the node, compare this code and accept. Waiting…",
        "known": "This machine is {device}. From now on: dinh watch --node {node} --home {home}",
        "unknown": "this machine is not enrolled: run once with --enrol",
    },
}


def _few_arenas() -> None:
    """One heap for each thread would hold what each once needed, a third more in all. Only the GNU library has this switch."""
    switch = getattr(ctypes.CDLL(None), "mallopt", None)
    if switch is not None:
        switch(M_ARENA_MAX, 2)


def main(arguments: Sequence[str] | None = None, language: str = "vi") -> int:
    """Run a watcher until SIGTERM or SIGINT. Returns the exit status: 0 ended, 2 cannot begin."""
    words = WORDS.get(language, WORDS["en"])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    told = _parser().parse_args(arguments)
    try:
        with only_one(told.home):
            return _enrol(told, words) if told.enrol else _watch(_options(told))
    except ValueError as error:
        return _refuse(words[str(error)])
    except OSError as error:
        return _refuse(f"{words['home']}: {error.filename}")


def _watch(options: Options) -> int:
    _few_arenas()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(options, stop)
    return 0


def _enrol(told: argparse.Namespace, words: dict[str, str]) -> int:
    import httpx  # noqa: PLC0415 - only here, and a watcher without cameras is to stay small

    from cameras.watch.enrol import enrol  # noqa: PLC0415

    def show(code: str) -> None:
        sys.stdout.write(words["code"].format(code=code) + "\n")
        sys.stdout.flush()

    try:
        known = enrol(told.node.rstrip("/"), told.enrol, told.home, show, version=VERSION)
    except httpx.HTTPError as error:
        raise Refusal(Code.NODE_UNREACHABLE, {"node": told.node}) from error
    sys.stdout.write(words["known"].format(device=known.device, node=known.node, home=told.home) + "\n")
    return 0


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One process has the folder at a time: whoever begins here knows that the one before has ended, and what it was promised with it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal(Code.HOME_IN_USE, {"folder": str(home)}) from error
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dinh watch", description=__doc__)
    parser.add_argument("--node", required=True, help="https://host:8443")
    parser.add_argument("--home", type=Path, required=True, help="a folder of this watcher's own")
    parser.add_argument("--enrol", metavar="CODE", help="become known to the node, once, with the code of its Devices page")
    parser.add_argument("--audit-rate", type=float, default=RATE, help="share of slept minutes that are looked at afterwards, 0 to 1")
    parser.add_argument("--spool-mib", type=int, default=SPOOL_MIB, help="room for what waits to be sent")
    beside = parser.add_argument_group("on the node itself")
    beside.add_argument("--ca", type=Path, help="ca.pem")
    beside.add_argument("--device", help="watcher-1")
    beside.add_argument("--password-file", type=Path)
    beside.add_argument("--broker", default="127.0.0.1:1883", help="host:port")
    return parser


def _options(told: argparse.Namespace) -> Options:
    rate, spool = min(max(told.audit_rate, 0.0), 1.0), max(told.spool_mib, 1) * 1024 * 1024
    node = told.node.rstrip("/")
    if told.device is None:
        from cameras.watch.enrol import known  # noqa: PLC0415

        if (found := known(told.home)) is None:
            raise ValueError("unknown")
        return Options(node, found.device, found.password, told.home, None, ca=found.ca, audit_rate=rate, spool_bytes=spool)
    host, _, port = str(told.broker).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("broker")
    if not is_id(told.device):
        raise ValueError("device")
    try:
        password = told.password_file.read_text(encoding="utf-8").strip()
    except (OSError, AttributeError):
        raise ValueError("password") from None
    broker = Address(host, int(port))
    return Options(node, told.device, password, told.home, broker, ca=told.ca, audit_rate=rate, spool_bytes=spool)


def _refuse(why: str) -> int:
    sys.stderr.write(why + "\n")
    return 2
