"""What the node says of a camera while no watcher says anything: its last word is no longer true."""

from collections.abc import Mapping
from datetime import timedelta

from broker.messages.cameras import Health
from broker.topics import HEALTH
from cameras.domain.errors import Code
from cameras.domain.leases import Silence
from edge.devices.parts import DeviceParts


class Unheard:
    """Says it once, as the watcher would: retained, for the camera's page, the wall and the list of cameras alike."""

    def __init__(self, parts: DeviceParts) -> None:
        self.parts = parts
        self._said: dict[str, bool] = {}
        """Camera -> whether somebody may still be watching it."""

    def tell(self, silent: Mapping[str, Silence], now: float) -> None:
        """`silent`: every camera of which nothing is heard now. `now` is of the clock of its times. A watcher that is back speaks for itself."""
        for camera in self._said.keys() - silent.keys():
            del self._said[camera]
            self.parts.air.forget(HEALTH, camera=camera)
        for camera, silence in silent.items():
            if self._said.get(camera) is not silence.promised:
                self._said[camera] = silence.promised
                self.parts.air.publish(HEALTH, self._health(silence, now), camera=camera)

    def _health(self, silence: Silence, now: float) -> Health:
        at = self.parts.means.clock()
        code = Code.WATCHER_UNHEARD if silence.promised else Code.NOBODY_WATCHES
        return Health(state="gap", since=at - timedelta(seconds=now - silence.since), at=at, code=code.value)
