"""What the administrator does with an ONVIF camera. Each deed is a process of its own, ended in time; passwords are sealed at rest."""

import json
import subprocess
import sys
from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr

from edge.accounts.person import Person
from edge.devices.cameras import CameraChanges, Cameras, one
from edge.devices.onvif.faults import Fault
from edge.devices.tables import CameraRow
from edge.ports import Entry
from edge.refusals import Code, Refusal

WORKER: Final = (sys.executable, "-m", "edge.devices.onvif.worker")
WORKER_S: Final = 25.0
ROOM_S: Final = 30.0
AT_ONCE: Final = 2


class Access(BaseModel):
    """How a camera's device service is reached. The password shows itself to nobody."""

    address: str
    user: str
    password: SecretStr

    def ask(self) -> dict[str, str]:
        """As the worker takes it."""
        return {"address": self.address, "user": self.user, "password": self.password.get_secret_value()}


class Onvif:
    """`worker`: the command that talks with a camera, see edge/devices/onvif/worker.py."""

    def __init__(self, cameras: Cameras, worker: Sequence[str] = WORKER) -> None:
        self.cameras, self.worker = cameras, tuple(worker)
        self._room = BoundedSemaphore(AT_ONCE)

    def find(self) -> list[dict[str, Any]]:
        """The cameras that answer on the commune's network; `camera` is the id of one that is watched already."""
        known = {urlsplit(row.shown).hostname: row.id for row in self.cameras.all()}
        return [found | {"camera": known.get(found["host"])} for found in self._talk({"do": "find"})["found"]]

    def read(self, access: Access) -> dict[str, Any]:
        """What it is, what it streams, and what should be set otherwise. Raises Refusal."""
        return self._talk({"do": "read", **access.ask()})

    def look(self, access: Access, profile: str) -> dict[str, Any]:
        """One picture of a profile's stream, as Cameras.test answers."""
        return self.cameras.test(self._stream(access, profile))

    def add(self, access: Access, profile: str, name: str, changes: CameraChanges, *, by: Person) -> CameraRow:
        """A new camera that is watched by this profile's stream, and remembered with its access."""
        row = self.cameras.add(name, self._stream(access, profile), changes, by=by)
        return self._keep(row.id, access, profile, by=by)

    def join(self, camera: str, access: Access, *, by: Person) -> dict[str, Any]:
        """A camera is reached by ONVIF with this access from now on, at the host that is watched.

        Its profile is the one whose stream is watched, else its largest. One that was added by ONVIF is watched with the new password.
        """
        row, host = self._row(camera), urlsplit(access.address).hostname
        stream = urlsplit(self.cameras.url_of(camera))
        if stream.hostname and stream.hostname != host:
            raise Refusal(Code.ONVIF_FOREIGN, host=stream.hostname, other=host)
        read = self._talk({"do": "read", "paths": True, **access.ask()})
        if not read["profiles"]:
            raise Refusal(Code.ONVIF_NOT, host=host)
        watched = urlunsplit(("", "", stream.path, stream.query, ""))
        profile = next((name for name, path in read["paths"].items() if path == watched), read["profiles"][0]["profile"])
        if row.onvif:
            self.cameras.change(camera, CameraChanges(url=self._stream(access, profile)), by=by)
        self._keep(camera, access, profile, by=by)
        return read

    def settings(self, camera: str) -> dict[str, Any]:
        """`read` of a camera that is known. Raises Refusal ONVIF_UNKNOWN when it is not."""
        return self.read(self._access(camera)[0])

    def set(self, camera: str, agreed: list[dict[str, str]], *, by: Person) -> dict[str, Any]:
        """Set what was agreed to, [{profile, what, wanted}]; answers as `read` does, with what was `refused`."""
        access, _ = self._access(camera)
        answer = self._talk({"do": "set", "agreed": agreed, **access.ask()})
        refused = {(entry["profile"], entry["what"]) for entry in answer["refused"]}
        done = [f"{entry['what']}={entry['wanted']}" for entry in agreed if (entry["profile"], entry["what"]) not in refused]
        self._note(camera, "camera_encoder_set", by, what=" ".join(done)[:200])
        return answer

    def set_time(self, camera: str, *, by: Person) -> dict[str, Any]:
        """Set its clock to the node's."""
        answer = self._talk({"do": "time", **self._access(camera)[0].ask()})
        self._note(camera, "camera_time_set", by)
        return answer

    def keyframe(self, camera: str) -> None:
        """Ask for a keyframe now."""
        access, profile = self._access(camera)
        self._talk({"do": "keyframe", "profile": profile, **access.ask()})

    def snapshot(self, camera: str) -> dict[str, Any]:
        """The camera's own picture, JPEG in base64, with its masks painted over."""
        access, profile = self._access(camera)
        masks = json.loads(self.cameras.masks_of(camera))
        return self._talk({"do": "snapshot", "profile": profile, "masks": masks, **access.ask()})

    def _stream(self, access: Access, profile: str) -> str:
        url = self._talk({"do": "stream", "profile": profile, **access.ask()})["url"]
        return str(url)

    def _talk(self, ask: dict[str, Any]) -> dict[str, Any]:
        """Raises Refusal with what the worker found, ONVIF_BUSY when others talk already, ONVIF_FAILED when it breaks."""
        if not self._room.acquire(timeout=ROOM_S):
            raise Refusal(Code.ONVIF_BUSY)
        try:
            done = subprocess.run(self.worker, input=json.dumps(ask).encode(), capture_output=True, timeout=WORKER_S, check=False)
        except subprocess.TimeoutExpired:
            raise Refusal(Code.ONVIF_SILENT, host=urlsplit(ask.get("address", "")).hostname, seconds=WORKER_S) from None
        finally:
            self._room.release()
        return _understood(done.stdout)

    def _keep(self, camera: str, access: Access, profile: str, *, by: Person) -> CameraRow:
        def job(entry: Entry) -> CameraRow:
            row = one(entry.session, camera)
            row.onvif = self.cameras.parts.vault.seal(json.dumps({"profile": profile, **access.ask()}), of=f"onvif:{camera}")
            entry.session.add(row)
            self.cameras.devices.note(entry, by, "camera_onvif_joined", camera, host=urlsplit(access.address).hostname)
            return row

        return self.cameras.devices.do(job)

    def _access(self, camera: str) -> tuple[Access, str]:
        sealed = self._row(camera).onvif
        if not sealed:
            raise Refusal(Code.ONVIF_UNKNOWN, camera=camera)
        kept = json.loads(self.cameras.parts.vault.unseal(sealed, of=f"onvif:{camera}"))
        return Access.model_validate(kept), str(kept["profile"])

    def _row(self, camera: str) -> CameraRow:
        with self.cameras.parts.means.reader() as session:
            return one(session, camera)

    def _note(self, camera: str, action: str, by: Person, **facts: str) -> None:
        self.cameras.devices.do(lambda entry: self.cameras.devices.note(entry, by, action, camera, **facts))


def _understood(output: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(output.decode(errors="replace").strip().rpartition("\n")[2])
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or "ok" not in answer:
        raise Refusal(Code.ONVIF_FAILED)
    if not answer["ok"]:
        raise Refusal(Code(Fault(answer["code"]).value), **answer["facts"])
    return answer
