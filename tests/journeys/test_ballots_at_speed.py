"""The benchmark's own path with a few tablets: it must be right before it may be fast. No time is asserted here."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from meeting.log.verifier import Beside, verify
from tests.benchmarks.ballots import Asked, vote
from tests.benchmarks.figures import Figures, Measured, table

TABLETS = 10
KEYS = (
    *("tablets", "receipts_verified", "receipt_p50_s", "receipt_p99_s", "receipt_max_s", "close_to_result_s", "ballots_per_s"),
    *("server_cpu_s", "verify_per_s", "relay_per_s"),
)


def test_a_hall_that_votes_at_once_holds_a_verified_receipt_each_and_a_repeated_ballot_counts_once(tmp_path: Path) -> None:
    quiet = Progress(console=Console(quiet=True))
    with vote(Asked(TABLETS, generators=2, limits=False), tmp_path / "home", quiet) as held:
        seen = held.hold(0.0)
        assert [same for answers in held.crowd.ask("again") for same in answers] == [True] * TABLETS
        bundle = held.bundle()
        shown = held.chair.get(f"/api/meetings/{held.hall.meeting}/motions/{held.hall.motion}")
    figures = Figures.of(seen, bundle, Measured(TABLETS, "embedded", "sqlite", 0.0, 0.0, 0.0, 0.0, bundle_ok=True))
    assert verify(bundle, Beside(key=held.hall.log_key)).ok
    assert (figures.receipts_verified, figures.refused, len(shown["board"])) == (TABLETS, {}, TABLETS)
    assert set(KEYS) <= set(figures.as_json())
    assert 0 < figures.receipt_p50_s <= figures.receipt_p99_s <= figures.receipt_max_s
    assert 0 < figures.close_to_first_s <= figures.close_to_result_s
    assert table(figures).row_count > 5
