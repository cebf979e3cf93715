"""Small pictures of recorded keyframes, decoded on the spot, with the privacy masks over them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import av
import av.error

from cameras.domain.areas import Mask
from cameras.watch.evidence import jpeg
from cameras.watch.feed.answers import Span, keyframes
from cameras.watch.feed.line import Line
from cameras.watch.layers import Picture
from cameras.watch.recordings.footage import Footage, Format, Shot
from cameras.watch.stream import upright
from cameras.watch.veil import Veil

LONGEST_PX = 256
QUALITY = 65


def send_previews(line: Line, footage: Footage, span: Span, masks: Sequence[Mask]) -> None:
    """Each as its capture time, then its JPEG. One that cannot be decoded is left out."""
    veil = Veil(masks)
    with ExitStack() as stack:
        decoders: dict[Format, Any] = {}
        for shot in keyframes(footage, span):
            if shot.format not in decoders:
                decoders[shot.format] = stack.enter_context(shot.format.template()).codec_context
            for picture in _pictures(decoders[shot.format], shot):
                line.tell(preview=shot.at.isoformat())
                line.send(jpeg(veil.over(picture), QUALITY))
    line.tell(end=True)


def _pictures(decoder: Any, shot: Shot) -> Iterator[Picture]:
    packet = av.Packet(shot.kept.data)
    packet.pts, packet.dts, packet.time_base = shot.kept.pts, shot.kept.dts, shot.format.time_base
    try:
        frames = [*decoder.decode(packet), *decoder.decode(None)]
    except (av.error.FFmpegError, ValueError):
        frames = []
    decoder.flush_buffers()
    for frame in frames[:1]:
        yield upright(frame, LONGEST_PX)
