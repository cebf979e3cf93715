"""The figures of one vote, as JSON and as a table."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from tests.benchmarks.crowd import Shown
from tests.benchmarks.receipts import in_bundle


@dataclass(frozen=True)
class Run:
    """What was seen. `used`: CPU seconds of each process of the node from before the first cast to the last verified receipt."""

    shown: list[Shown]
    used: dict[str, float]
    load: float
    close_call_s: float
    closed: list[float]
    """Seconds from the close call to the closed snapshot at each tablet, in order."""


@dataclass(frozen=True)
class Measured:
    """What the run was, and the limits measured beside it."""

    tablets: int
    engine: str
    database: str
    verify_per_s: float
    relay_per_s: float
    relay_per_clock_s: float
    vote_s: float
    bundle_ok: bool


@dataclass(frozen=True)
class Figures:
    """Seconds, CPU seconds and rates; see the table for what each is."""

    tablets: int
    receipts_verified: int
    """Signature, own ballot and inclusion at the tablet, and leaf and ballot in the bundle."""
    receipt_p50_s: float
    receipt_p99_s: float
    receipt_max_s: float
    close_to_result_s: float
    """From the close call until the last tablet held the closed snapshot."""
    close_to_first_s: float
    close_call_s: float
    ballots_per_s: float
    server_cpu_s: float
    server_cpu: dict[str, float]
    generator_cpu_s: float
    generator_late_p99_s: float
    deliveries: int
    delivered_mb: float
    verify_per_s: float
    relay_per_s: float
    relay_per_clock_s: float
    ratio: float
    """CPU of the node for each ballot, over one verification plus two relays."""
    engine: str
    database: str
    load: float
    bundle_ok: bool
    refused: dict[str, int]

    @classmethod
    def of(cls, run: Run, bundle: bytes, measured: Measured) -> "Figures":
        latencies = sorted(one for shown in run.shown for one in shown.latencies)
        kept = [one for shown in run.shown for one in shown.kept]
        late = sorted(one for shown in run.shown for one in shown.late)
        took = max(shown.last for shown in run.shown) - min(shown.first for shown in run.shown)
        server = sum(run.used.values())
        limit = 1 / measured.verify_per_s + 2 / measured.relay_per_s if measured.verify_per_s else 0.0
        return cls(
            tablets=measured.tablets,
            receipts_verified=in_bundle(bundle, kept),
            receipt_p50_s=_at(latencies, 0.5),
            receipt_p99_s=_at(latencies, 0.99),
            receipt_max_s=_at(latencies, 1.0),
            close_to_result_s=run.closed[-1],
            close_to_first_s=run.closed[0],
            close_call_s=run.close_call_s,
            ballots_per_s=len(latencies) / took if took > 0 else 0.0,
            server_cpu_s=server,
            server_cpu=run.used,
            generator_cpu_s=sum(shown.cpu_s for shown in run.shown),
            generator_late_p99_s=_at(late, 0.99),
            deliveries=sum(shown.messages for shown in run.shown),
            delivered_mb=sum(shown.bytes for shown in run.shown) / 1e6,
            verify_per_s=measured.verify_per_s,
            relay_per_s=measured.relay_per_s,
            relay_per_clock_s=measured.relay_per_clock_s,
            ratio=server / measured.tablets / limit if limit else 0.0,
            engine=measured.engine,
            database=measured.database,
            load=run.load,
            bundle_ok=measured.bundle_ok,
            refused={code: count for shown in run.shown for code, count in shown.refused.items()},
        )

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def table(figures: Figures) -> Table:
    """For people."""
    made = Table(title=f"{figures.tablets} tablets, {figures.engine}, {figures.database}, load {figures.load:.1f}", show_header=False)
    cpu = ", ".join(f"{name} {seconds:.2f}" for name, seconds in figures.server_cpu.items())
    per_ballot = 1e6 * figures.server_cpu_s / figures.tablets
    lines = {
        "receipts verified": f"{figures.receipts_verified} of {figures.tablets} {figures.refused or ''}",
        "cast to verified receipt": f"p50 {_ms(figures.receipt_p50_s)}, p99 {_ms(figures.receipt_p99_s)}, max {_ms(figures.receipt_max_s)}",
        "close call to the result": f"first tablet {_ms(figures.close_to_first_s)}, last tablet {_ms(figures.close_to_result_s)}",
        "ballots per second": f"{figures.ballots_per_s:.0f}",
        "CPU of the node": f"{figures.server_cpu_s:.2f} s ({cpu}), {per_ballot:.0f} µs a ballot",
        "CPU of the generator": f"{figures.generator_cpu_s:.2f} s, late p99 {_ms(figures.generator_late_p99_s)}",
        "delivered in all": f"{figures.deliveries} messages, {figures.delivered_mb:.1f} MB",
        "one core alone": f"{figures.verify_per_s:.0f} verifications, {figures.relay_per_s:.0f} relays a CPU second",
        "ratio to 1 verification + 2 relays": f"{figures.ratio:.2f}",
    }
    for name, value in lines.items():
        made.add_row(name, value)
    return made


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"
