"""What each engine costs: `python -m tests.benchmarks.broker [--clients 200] [--deliveries 10000]`. Prints one table; no test.

Both engines run in the same session, one after the other, with paho-free raw sockets on one thread, so that the client's own cost is
the same for both. `cpu` is the broker's process time.
"""

import argparse
import contextlib
import selectors
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from broker.identity import Role
from tests.broker.conftest import ENGINES, Office, make_office
from tests.broker.raw import PUBLISH, Raw, packet, publish_packet


@dataclass(frozen=True)
class Figures:
    """Milliseconds, seconds, megabytes."""

    what: str
    p50_ms: float
    p99_ms: float
    wall_s: float
    cpu_s: float
    rss_mb: float


def drain(raw: Raw) -> int:
    """Whole PUBLISH packets that are here now, each acknowledged."""
    count, acks = 0, b""
    raw.socket.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        raw._bytes += raw.socket.recv(1 << 20)
    raw.socket.setblocking(True)
    while (found := raw._cut()) is not None:
        first, body = found
        if first >> 4 == PUBLISH:
            count += 1
            if first & 6:
                at = 2 + int.from_bytes(body[:2], "big")
                acks += packet(0x40, body[at : at + 2])
    if acks:
        raw.send(acks)
    return count


def round_trips(office: Office, clients: int, rounds: int) -> Figures:
    """Every client asks at the same moment (1 KB, QoS 1); the time until its own PUBACK, while a kept session receives all of it."""
    raws = [office.client(f"tablet-{count + 1}") for count in range(clients)]
    node = office.client("node-1", clean=False)
    node.subscribe("dinh/1/#")
    picker = selectors.DefaultSelector()
    for index, raw in enumerate([*raws, node]):
        picker.register(raw.socket, selectors.EVENT_READ, (index, raw))
    process, times = psutil.Process(office.pid), []
    cpu, began = sum(process.cpu_times()[:2]), time.perf_counter()
    for number in range(1, rounds + 1):
        waiting, heard, sent = set(range(clients)), 0, []
        for index, raw in enumerate(raws):
            sent.append(time.perf_counter())
            raw.send(publish_packet(f"dinh/1/meetings/m/ask/tablet-{index + 1}", bytes(1024), 1, number=number))
        while waiting or heard < clients:
            for key, _ in picker.select(5):
                index, raw = key.data
                if raw is node:
                    heard += drain(node)
                else:
                    raw.read()
                    times.append((time.perf_counter() - sent[index]) * 1000)
                    waiting.discard(index)
    wall = time.perf_counter() - began
    used = sum(process.cpu_times()[:2]) - cpu
    memory = process.memory_info().rss / 1e6
    for raw in (*raws, node):
        raw.socket.close()
    times.sort()
    return Figures(f"{clients} asks of 1 KB at once, x{rounds}", times[len(times) // 2], times[len(times) * 99 // 100], wall, used, memory)


def fan_out(office: Office, clients: int, deliveries: int) -> Figures:
    """One snapshot after the other (1 KB, QoS 1, retained) to all tablets; the time until every tablet has it."""
    raws = [office.client(f"tablet-{count + 1}") for count in range(clients)]
    picker = selectors.DefaultSelector()
    for raw in raws:
        raw.subscribe("dinh/1/meetings/m/roll")
        picker.register(raw.socket, selectors.EVENT_READ, raw)
    node, process, times = office.client("node-2"), psutil.Process(office.pid), []
    cpu, began = sum(process.cpu_times()[:2]), time.perf_counter()
    for number in range(1, deliveries // clients + 1):
        start = time.perf_counter()
        node.send(publish_packet("dinh/1/meetings/m/roll", bytes(1024), 1, number=number, retain=True))
        heard = 0
        while heard < clients:
            for key, _ in picker.select(5):
                heard += drain(key.data)
        times.append((time.perf_counter() - start) * 1000)
        node.read()
    wall = time.perf_counter() - began
    used = sum(process.cpu_times()[:2]) - cpu
    memory = process.memory_info().rss / 1e6
    for raw in (*raws, node):
        raw.socket.close()
    times.sort()
    return Figures(f"{deliveries} deliveries to {clients}", times[len(times) // 2], times[len(times) * 99 // 100], wall, used, memory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=10_000)
    asked = parser.parse_args()
    print("| engine | what | p50 ms | p99 ms | wall s | broker CPU s | resident MB |\n|---|---|---|---|---|---|---|")  # noqa: T201
    for name in ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            office = make_office(name, Path(folder))
            for count in range(asked.clients):
                office.users[f"tablet-{count + 1}"] = Role.TABLET
            office.write()
            office.start()
            for figures in (round_trips(office, asked.clients, 10), fan_out(office, asked.clients, asked.deliveries)):
                numbers = f"{figures.p50_ms:.1f} | {figures.p99_ms:.1f} | {figures.wall_s:.2f} | {figures.cpu_s:.2f} | {figures.rss_mb:.0f}"
                print(f"| {name} | {figures.what} | {numbers} |")  # noqa: T201
            office.stop()


if __name__ == "__main__":
    main()
