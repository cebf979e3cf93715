"""What the meeting room is told once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MeetingSettings:
    """`documents` is a folder the room owns; `log_key` is the 32-byte Ed25519 seed that signs checkpoints;
    `log_origin` names the node, "dinh.local/<node id>". A file of the operator may correct or add rules.
    """

    documents: Path
    log_key: bytes
    log_origin: str
    extra_rules: Path | None = None
    ballot_keys: Path | None = None
    """A folder for the keys of secret votes that are open; no backup takes it. None: "ballot-keys" beside the documents."""
    document_bytes: int = 100 * 1024 * 1024
    document_pages: int = 2000
    members: int = 2000
    pin_tries: int = 5
    first_lock_s: int = 30
    """Doubles with every further wrong PIN, up to `longest_lock_s`."""
    longest_lock_s: int = 3600
    asks_at_once: int = 50
    asks_per_s: float = 5.0
    """A tablet may ask so often without a pause, and then so many times a second. A person who taps in haste asks twice a second."""
    motion_gap_s: float = 0.1
    """While a vote is open, the shortest time between two snapshots that only count ballots."""
