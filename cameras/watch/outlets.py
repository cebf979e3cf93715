"""Where goes what the cameras of a watcher tell: to the recorder, the feeds and the post. Each begins when it is first needed."""

import logging
from typing import TYPE_CHECKING

from broker.client import Client
from broker.topics import SETTLED, SIGHTING
from cameras.watch.detector.eyes import Eyes
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.road import Options, trust
from cameras.watch.spool import Spool

if TYPE_CHECKING:
    from cameras.watch.feed.feeds import Feeds
    from cameras.watch.post import Post
    from cameras.watch.recorder import Recorder

_log = logging.getLogger("cameras.watch")


class Outlets:
    """One watcher's. Not safe for threads: for whoever ticks the watcher."""

    def __init__(self, options: Options, client: Client, spool: Spool, *, keeper: Keeper, eyes: Eyes) -> None:
        self.options, self.client, self.spool, self.keeper, self.eyes = options, client, spool, keeper, eyes
        self._recorder: Recorder | None = None
        self._post: Post | None = None
        self._feeds: Feeds | None = None

    def recorder(self) -> "Recorder":
        """Numpy, OpenCV, PyAV and the network come with it."""
        from cameras.watch.recorder import Recorder  # noqa: PLC0415

        if self._recorder is None:
            self._recorder = Recorder(self.options.device, self.spool, self.client, self.post().wake, self.keeper)
            self._recorder.eyes = self.eyes
        return self._recorder

    def feeds(self) -> "Feeds":
        """Live views and playback, over the watcher's own connection to the node."""
        if self._feeds is None:
            from cameras.watch.feed.feeds import Feeds  # noqa: PLC0415
            from cameras.watch.feed.line import Node  # noqa: PLC0415

            self._feeds = Feeds(Node(self.options.node, self.options.device, self.options.password, trust(self.options.ca)))
        return self._feeds

    def post(self) -> "Post":
        """What is spooled goes out from now on."""
        if self._post is None:
            import httpx  # noqa: PLC0415

            from cameras.watch.post import UPLOAD_S, Post  # noqa: PLC0415

            http = httpx.Client(
                base_url=self.options.node,
                auth=(self.options.device, self.options.password),
                verify=trust(self.options.ca),
                timeout=UPLOAD_S,
                trust_env=False,
            )
            self._post = Post(self.spool, self.client, http)
            for camera in {sighting.camera for sighting, _ in self.spool.waiting()}:
                self.client.on(SETTLED.of(camera=camera), self._post.settled)
            self._post.start()
        return self._post

    def use(self, heads: tuple[bytes | None, bytes | None]) -> dict[str, str] | None:
        """Last layers that the node learned; why they were refused, None when they are in use. The cameras are watched either way."""
        if self._recorder is None and heads == (None, None):
            return None
        from cameras.watch.verifier import WeightsRefused  # noqa: PLC0415 - a network's words come with the network

        try:
            self.recorder().use(*heads)
        except WeightsRefused as refused:
            _log.error("%s %s", refused.code.value, refused.facts)
            return {"why": refused.code.value, **refused.facts}
        return None

    def tick(self) -> None:
        """Pass on what found no room on the disk, and tell whose recording has failed or goes on."""
        if self._recorder is None:
            return
        for sighting in self._recorder.take_homeless():
            self.client.publish(SIGHTING, sighting, camera=sighting.camera)
        self._recorder.retell()

    def hide(self, camera: str) -> None:
        """It is not of this watcher any more."""
        if self._feeds is not None:
            self._feeds.hide(camera)
        if self._recorder is not None:
            self._recorder.gallery.leave(camera)

    def hush(self) -> None:
        """Nobody looks on any more; what the cameras still cut is taken until `stop`."""
        if self._feeds is not None:
            self._feeds.stop()

    def stop(self) -> None:
        """Write what was cut, and send no more."""
        if self._recorder is not None:
            self._recorder.stop()
        if self._post is not None:
            self._post.stop()
