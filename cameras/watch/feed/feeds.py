"""The watcher's answers to the node's asks for pictures, each on a thread of its own over a WebSocket that it opens to the node."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import av.error
from websockets.exceptions import WebSocketException

from broker.messages.cameras import Feed
from broker.topics import FEED
from cameras.domain.areas import Mask
from cameras.domain.errors import Code, Refusal
from cameras.watch.feed.answers import COUNT, Span, live, play, tell_spans
from cameras.watch.feed.line import Line, Node, line_to
from cameras.watch.feed.previews import send_previews
from cameras.watch.feed.screen import Screen
from cameras.watch.recordings.footage import Footage

Masks = Callable[[], Sequence[Mask]]
MOST = 24
"""Feeds at one time; the node asks for fewer."""
_log = logging.getLogger("cameras.watch.feed")


@dataclass(frozen=True, slots=True)
class Shown:
    """One camera that can be watched, with its privacy masks of the moment."""

    screen: Screen
    masks: Masks


class Feeds:
    """`show` a camera, `hide` it again; `asked` is called with the node's words and never waits."""

    def __init__(self, node: Node, footage: Footage | None = None) -> None:
        self.node, self.footage = node, footage
        self._shown: dict[str, Shown] = {}
        self._lines: set[Line] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._room = threading.BoundedSemaphore(MOST)

    def show(self, camera: str, masks: Masks) -> Screen:
        """A fresh tap for this camera. Who watched it before goes on with the new one after asking again."""
        self._shown[camera] = Shown(Screen(), masks)
        return self._shown[camera].screen

    def hide(self, camera: str) -> None:
        """It is watched by somebody else from now on, or not at all."""
        self._shown.pop(camera, None)

    def stop(self) -> None:
        """End every feed."""
        self._stopping.set()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.cut()

    def asked(self, topic: str, payload: bytes) -> None:
        """A word on the camera's feed topic. One for a camera that is not shown here is another watcher's business."""
        ids = FEED.ids(topic)
        shown = self._shown.get(ids["camera"]) if ids is not None else None
        if ids is None or shown is None or self._stopping.is_set():
            return
        try:
            ask = Feed.model_validate_json(payload)
        except ValueError:
            _log.warning("%s feed", Code.MALFORMED.value)
            return
        if not self._room.acquire(blocking=False):
            _log.warning("%s feed=%s", Code.FEEDS_FULL.value, ask.id)
            return
        threading.Thread(target=self._answer, args=(ids["camera"], shown, ask), name=f"feed-{ids['camera']}", daemon=True).start()

    def _answer(self, camera: str, shown: Shown, ask: Feed) -> None:
        try:
            with line_to(self.node, ask.id) as line:
                self._speak(line, camera, shown, ask)
        except (OSError, WebSocketException, sqlite3.Error) as error:
            _log.info("feed of %s ended: %s", camera, type(error).__name__)
        finally:
            self._room.release()

    def _speak(self, line: Line, camera: str, shown: Shown, ask: Feed) -> None:
        with self._lock:
            self._lines.add(line)
        try:
            if ask.kind == "live":
                live(line, shown.screen, lambda: self._shown.get(camera) is shown and not self._stopping.is_set())
            else:
                self._recorded(line, camera, shown, ask)
        except Refusal as refusal:
            line.refuse(refusal)
        except (av.error.FFmpegError, ValueError) as error:
            line.refuse(Refusal(Code.NOT_REMUXED, {"why": type(error).__name__}))
        finally:
            with self._lock:
                self._lines.discard(line)

    def _recorded(self, line: Line, camera: str, shown: Shown, ask: Feed) -> None:
        if self.footage is None or ask.start is None or ask.end is None:
            raise Refusal(Code.NOT_RECORDED)
        span = Span(camera, ask.start, ask.end, ask.count or COUNT)
        if ask.kind == "range":
            play(line, self.footage, span)
        elif ask.kind == "previews":
            send_previews(line, self.footage, span, shown.masks())
        else:
            tell_spans(line, self.footage, span)
