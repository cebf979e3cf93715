"""The detector that a watcher has in use just now, for all its cameras. Light: nothing heavy is loaded while none is installed."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from broker.messages.devices import DetectorInUse
from cameras.domain.errors import Refusal

if TYPE_CHECKING:
    from cameras.watch.detector.detector import Detector, Found
    from cameras.watch.detector.shelf import Card, Manifest

TELL_S = 60.0
"""How long a picture takes is told at most so often."""
_log = logging.getLogger("cameras.watch.detector")


class Eyes:
    """`refresh` now and then, on one thread; `detect` from any."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._detector: Detector | None = None
        self._stamp = 0
        self.told: DetectorInUse | None = None
        """What there is to say of it; None while none is in use."""
        self._told_at = 0.0
        self._fault: Refusal | None = None

    @property
    def there(self) -> bool:
        """One is in use."""
        return self._detector is not None

    def detect(self, picture: Any, least: float) -> "Sequence[Found] | None":
        """What is on a BGR uint8 picture; None without a detector. One whose output is not sound is put away, and that is said."""
        detector = self._detector
        if detector is None:
            return None
        try:
            return detector.detect(picture, least)
        except Refusal as refused:
            self._detector, self._fault = None, refused
            return None

    def refresh(self) -> bool:
        """Take what was chosen since; True when `told` is another."""
        before, stamp = self.told, _stamp(self.folder)
        if stamp != self._stamp:
            self._stamp, self._fault = stamp, None
            self.told = self._load()
        elif (fault := self._fault) is not None:
            self.told, self._fault = _refused(fault), None
        elif time.monotonic() - self._told_at >= TELL_S:
            self.told = self._timed()
        if self.told != before:
            self._told_at = time.monotonic()
        return self.told != before

    def _timed(self) -> DetectorInUse | None:
        took = self._detector.took_ms if self._detector is not None else None
        return self.told.model_copy(update={"ms": round(took, 1)}) if took is not None and self.told is not None else self.told

    def _load(self) -> DetectorInUse | None:
        from cameras.watch.detector.shelf import Shelf  # noqa: PLC0415

        self._detector = None
        shelf = Shelf(self.folder)
        try:
            manifest = shelf.manifest()
            if (card := manifest.current) is None:
                return None
            self._detector = shelf.open(card.name)
        except Refusal as refused:
            return _refused(refused)
        _log.info("detector in use: %s", card.name)
        return _worded(manifest, card)


def _stamp(folder: Path) -> int:
    try:
        return (folder / "models.toml").stat().st_mtime_ns
    except OSError:
        return 0


def _refused(refused: Refusal) -> DetectorInUse:
    _log.error("%s %s", refused.code.value, refused.facts)
    return DetectorInUse(code=refused.code.value, facts=refused.facts)


def _worded(manifest: "Manifest", card: "Card") -> DetectorInUse:
    return DetectorInUse(
        name=card.name,
        licence=card.licence[:200],
        layout=card.layout,
        size=f"{card.width}×{card.height}",
        provider=manifest.provider,
        since=manifest.since,
    )
