"""From the spool to the desk: evidence over HTTPS first, then the sighting over MQTT, again and again until it is settled."""

import base64
import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from broker.messages.cameras import EvidenceFile, Settled, Sighting
from broker.topics import SIGHTING
from cameras.domain.errors import Code
from cameras.watch.plan import Air
from cameras.watch.spool import Spool

AGAIN_S = 20.0
"""A sighting that was published and not settled is published again after this long."""
RETRY_S = 3.0
UPLOAD_S = 30.0
SMALL = 1024 * 1024
"""Bytes of a file that is sent whole each time."""
_REPAIRABLE = (Code.EVIDENCE_MISSING.value, Code.EVIDENCE_DIFFERS.value)
_log = logging.getLogger("cameras.watch.post")


class Post:
    """One thread that empties the spool. `http` speaks to the node with the watcher's own name and password."""

    def __init__(self, spool: Spool, air: Air, http: httpx.Client) -> None:
        self.spool, self.air, self.http = spool, air, http
        self._wake, self._stop = threading.Event(), threading.Event()
        self._sent: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="post", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the file that is on its way."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=5)

    def wake(self) -> None:
        """There is something new in the spool, or the connection is back."""
        self._wake.set()

    def settled(self, _topic: str, payload: bytes) -> None:
        """The desk's answer: it has it, or one file is missing, or it will never take it."""
        try:
            told = Settled.model_validate_json(payload)
        except ValueError:
            _log.warning("cameras.malformed settled")
            return
        self._sent.pop(told.sighting, None)
        if told.ok:
            self.spool.settle(told.sighting)
        elif told.code in _REPAIRABLE:
            _log.warning("%s sighting=%s", told.code, told.sighting)
            self.wake()
        else:
            _log.error("%s sighting=%s put aside", told.code, told.sighting)
            self.spool.set_aside(told.sighting)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(RETRY_S)
            self._wake.clear()
            self.send(self.spool.waiting())

    def send(self, waiting: Iterable[tuple[Sighting, Path]]) -> None:
        """One round: everything that was not sent lately. What cannot be delivered now stays where it is."""
        for sighting, place in waiting:
            if self._stop.is_set() or not self.air.connected:
                return
            if time.monotonic() - self._sent.get(sighting.id, -AGAIN_S) < AGAIN_S:
                continue
            try:
                for file in sighting.evidence:
                    self._upload(sighting, file, place)
            except (httpx.HTTPError, OSError) as error:
                _log.warning("cameras.upload_failed sighting=%s why=%s", sighting.id, type(error).__name__)
                if _refused(error):
                    continue
                return  # the node is away or full: what came later waits, too, so that all is told in its order
            self._sent[sighting.id] = time.monotonic()
            self.air.publish(SIGHTING, sighting, camera=sighting.camera)

    def _upload(self, sighting: Sighting, file: EvidenceFile, place: Path) -> None:
        """A large file goes on where a broken wire left it. The desk checks the sum of the whole."""
        where = f"/api/evidence/{sighting.camera}/{sighting.id}/{file.name}"
        digest = {"Digest": f"sha-256={base64.b64encode(bytes.fromhex(file.sha256)).decode()}"}
        offset = self._come(where, digest) if file.bytes > SMALL else 0
        if file.bytes and offset == file.bytes:
            return
        headers = {**digest, "X-Dinh": "1", "Content-Type": "application/octet-stream", "Content-Length": str(file.bytes - offset)}
        if offset:
            headers["Content-Range"] = f"bytes {offset}-{file.bytes - 1}/{file.bytes}"
        with (place / file.name).open("rb") as content:
            content.seek(offset)
            answer = self.http.put(where, content=_blocks(content), headers=headers)
        if answer.status_code == httpx.codes.CONFLICT:
            _log.error("cameras.other_content sighting=%s file=%s", sighting.id, file.name)
            return
        answer.raise_for_status()

    def _come(self, where: str, digest: dict[str, str]) -> int:
        """How much of it the desk has already."""
        answer = self.http.head(where, headers=digest)
        told = answer.headers.get("upload-offset", "")
        return int(told) if answer.is_success and told.isdigit() else 0


def _refused(error: Exception) -> bool:
    """The node, or our own disk, does not want this very file; the next one may be welcome."""
    if not isinstance(error, httpx.HTTPStatusError):
        return isinstance(error, OSError)
    status = error.response.status_code
    return status < httpx.codes.INTERNAL_SERVER_ERROR and status != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE


def _blocks(content: Any) -> Iterable[bytes]:
    while block := content.read(256 * 1024):
        yield block
