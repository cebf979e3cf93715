"""What nothing can be faster than: one verification and two relays by the broker, measured alone in the same run."""

import os
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from broker.envelope import part
from broker.identity import Role
from meeting.service.keys import is_signed
from tests.benchmarks.broker import round_trips
from tests.benchmarks.hall import Pen, public
from tests.broker.conftest import make_office

BALLOT = {
    "meeting": "m" * 20,
    "motion": "x" * 20,
    "paper": "0" * 64,
    "choice": "for",
    "seat": "s1",
    "nonce": "n" * 22,
    "at": "2026-03-05T01:00:00Z",
}


def verify_per_s(seconds: float = 1.0) -> float:
    """ES256 verifications of a ballot-sized text for each CPU second of one core."""
    key = generate_private_key(SECP256R1())
    jws = Pen(key, "k" * 43).sign(BALLOT)
    signed, _, signature = jws.rpartition(".")
    jwk, text, raw, count = public(key), signed.encode(), part(signature), 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(100):
            assert is_signed(jwk, text, raw)
        count += 100
    return count / (time.process_time() - began)


def relay_per_s(engine: str, *, clients: int = 200, rounds: int = 100) -> tuple[float, float]:
    """Messages that the bare broker takes from clients and gives to the node, QoS 1 on both sides: for each CPU second of its process, and
    for each second of the clock. A burst from all clients at once, as in a vote.
    """
    with tempfile.TemporaryDirectory() as folder:
        office = make_office(engine, Path(folder))
        for count in range(clients):
            office.users[f"tablet-{count + 1}"] = Role.TABLET
        office.write()
        office.start()
        figures = round_trips(office, clients, rounds)
        office.stop()
    messages = clients * rounds
    return messages / figures.cpu_s, messages / figures.wall_s


def load() -> float:
    """The machine's load over the last minute, of all that runs on it."""
    return os.getloadavg()[0]
