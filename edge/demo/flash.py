"""What a simulated keypad keeps over a power cut: one small file, replaced whole, as wear-levelled flash is."""

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from joserfc.jwk import ECKey


@dataclass(frozen=True)
class Kept:
    """The content. Keys are private JWKs (EC P-256); `pending` is the ask with a signed ballot that has not been answered."""

    device_key: dict[str, Any]
    device: str = ""
    ballot_key: dict[str, Any] | None = None
    """None: nobody has checked in here."""
    trying: dict[str, Any] | None = None
    """The key of a badge that the node has not answered for yet."""
    seat: str = ""
    pending: str = ""
    taken: dict[str, str] = field(default_factory=dict)
    """Motion -> short code of the receipt, of the last vote only."""


class Flash:
    """Reads at the start, writes before anything is sent. A file that was half written is the one before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept = self._read() if path.exists() else Kept(new_key())

    def keep(self, **changes: Any) -> Kept:
        """On disk when this returns."""
        self.kept = replace(self.kept, **changes)
        draft = self.path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(self.kept), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        return self.kept

    def _read(self) -> Kept:
        return Kept(**json.loads(self.path.read_text("utf-8")))

    @classmethod
    def blank(cls, path: Path) -> Self:
        """A unit as it leaves the factory: a device key of its own and nothing else."""
        made = cls(path)
        made.keep()
        return made


def new_key() -> dict[str, Any]:
    """A private P-256 key, which on a real unit is made by mbedTLS from the chip's own random numbers."""
    return dict(ECKey.generate_key("P-256", private=True).as_dict(private=True))


def as_key(jwk: dict[str, Any]) -> ECKey:
    return ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y", "d")})
