"""What each camera's gate learned, on disk: a restart does not begin by decoding everything."""

import json
import logging
from pathlib import Path

from cameras.domain.gate import Gate

SAVE_EVERY_S = 300.0
BYTES_MAX = 1_000_000
_log = logging.getLogger("cameras.watch.baselines")


class Baselines:
    """A small JSON file for each camera in `folder`. Losing one costs CPU for a while, nothing else: no fault here is fatal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, camera: str) -> Gate:
        """What was saved, or an empty gate."""
        path = self._path(camera)
        try:
            if path.stat().st_size > BYTES_MAX:
                return Gate()
            return Gate.restored(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return Gate()
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("camera=%s levels not read: %s", camera, type(error).__name__)
            return Gate()

    def save(self, camera: str, gate: Gate) -> None:
        """Write it whole or not at all."""
        path = self._path(camera)
        part = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(gate.state()), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            _log.warning("camera=%s levels not written: %s", camera, type(error).__name__)

    def _path(self, camera: str) -> Path:
        return self.folder / f"{camera}.json"
