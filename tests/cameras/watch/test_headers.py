"""Slice headers read without decoding: against FFmpeg's own bitstream tracer, and against bytes that are nothing at all."""

import re
from pathlib import Path
from random import Random
from typing import Any

import av
import av.logging
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from hypothesis import given, settings
from hypothesis import strategies as st

from cameras.domain.packets import PacketFacts
from cameras.watch.headers import Headers
from cameras.watch.nal import Bits, OutOfBits, units
from tests.cameras.watch import films

SECONDS = 3
HEIGHT = 268
"""Interlaced pictures come in fours of rows."""
X265 = "log-level=none:pools=none:frame-threads=1"
ENCODINGS = {
    "baseline": ("libx264", "mp4", {"profile": "baseline", "preset": "ultrafast", "crf": "23"}),
    "b-pyramid": ("libx264", "mp4", {"preset": "medium", "crf": "25", "x264-params": "bframes=3:b-pyramid=normal:weightp=2:weightb=1"}),
    "annex-b": ("libx264", "h264", {"preset": "veryfast", "crf": "30", "x264-params": "aud=1:slices=3"}),
    "cavlc": ("libx264", "mp4", {"preset": "fast", "crf": "28", "x264-params": "no-cabac=1:bframes=2:direct=temporal"}),
    "interlaced": ("libx264", "mp4", {"preset": "fast", "crf": "24", "x264-params": "tff=1:bframes=2"}),
    "constant-rate": ("libx264", "h264", {"preset": "fast", "x264-params": "nal-hrd=cbr:bitrate=900:vbv-maxrate=900:vbv-bufsize=400"}),
    "many-references": ("libx264", "mp4", {"preset": "slow", "crf": "22", "x264-params": "ref=8:weightp=2:bframes=4"}),
    "fades": ("libx264", "mp4", {"preset": "slower", "crf": "22", "x264-params": "weightp=2:bframes=0"}),
    "refresh": ("libx264", "h264", {"preset": "fast", "crf": "26", "x264-params": "intra-refresh=1:keyint=24"}),
    "h265": ("libx265", "mp4", {"preset": "fast", "crf": "28", "x265-params": f"{X265}:keyint=24"}),
    "h265-annex-b": (
        "libx265",
        "hevc",
        {"preset": "ultrafast", "crf": "30", "x265-params": f"{X265}:keyint=24:bframes=0:repeat-headers=1"},
    ),
    "h265-layers": ("libx265", "mp4", {"preset": "medium", "crf": "30", "x265-params": f"{X265}:temporal-layers=3:bframes=3:open-gop=1"}),
    "h265-weights": ("libx265", "mp4", {"preset": "fast", "crf": "27", "x265-params": f"{X265}:weightp=1:weightb=1:ref=4"}),
    "h265-scaling": (
        "libx265",
        "mp4",
        {"preset": "fast", "crf": "27", "x265-params": f"{X265}:scaling-list=default:no-sao=1:amp=1:rect=1"},
    ),
    "h265-cbr": (
        "libx265",
        "hevc",
        {"preset": "fast", "x265-params": f"{X265}:hrd=1:strict-cbr=1:bitrate=900:vbv-maxrate=900:vbv-bufsize=900"},
    ),
}


def story(frame: int) -> films.Picture:
    """Somebody walks through a yard whose light fades, so that encoders weigh their predictions."""
    light = 0.6 + 0.4 * abs(np.sin(frame / 20))
    return np.asarray(films.with_person(films.yard(), -50 + frame * 8) * light, np.uint8)


def encoded(path: Path, codec: str, options: dict[str, str]) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=films.FPS)
        stream.width, stream.height, stream.pix_fmt = films.WIDTH, HEIGHT, "yuv420p"
        stream.options = options
        for picture in films.frames(story, SECONDS):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:HEIGHT]), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def traced(path: Path) -> list[int]:
    """The first slice's quantiser of every packet, as FFmpeg's trace_headers spells it out."""
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture() as said, av.open(str(path)) as container:
            stream: Any = container.streams.video[0]
            tracer = BitStreamFilterContext("trace_headers", stream)
            for packet in container.demux(stream):
                if packet.size:
                    tracer.filter(packet)
            lines = [text for _, _, text in said]
    finally:
        av.logging.set_level(None)
    base, found, wanted = 26, [], False
    for line in lines:
        if told := re.search(r"init_qp_minus26 .*= (-?\d+)$", line.strip()):
            base = 26 + int(told[1])
        if line.startswith("Packet:"):
            wanted = True
        elif wanted and (told := re.search(r"slice_qp_delta .*= (-?\d+)$", line.strip())):
            found.append(base + int(told[1]))
            wanted = False
    return found


def read(path: Path) -> list[PacketFacts]:
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        headers = Headers(stream.codec_context.name, stream.codec_context.extradata)
        return [headers.facts(bytes(packet)) for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize("name", ENCODINGS)
def test_quantisers_are_those_that_ffmpeg_reads(name: str, tmp_path: Path) -> None:
    codec, ending, options = ENCODINGS[name]
    film = encoded(tmp_path / f"film.{ending}", codec, options)
    expected, found = traced(film), read(film)
    assert len(expected) == SECONDS * films.FPS
    assert [facts.qp for facts in found] == expected
    assert found[0].start
    assert found[0].kind == "I"
    assert {facts.kind for facts in found} >= {"I", "P"} if "h265-layers" not in name else {"I", "B"}


def test_real_clips_are_read_like_ffmpeg_reads_them(shared: Path) -> None:
    for path in ("clips/di_bo_17.mp4", "clips/night_bag_generated.mp4", "negatives/car_park.mp4", "negatives/people_at_table.mp4"):
        assert [facts.qp for facts in read(shared / path)] == traced(shared / path), path


def test_filler_does_not_count(tmp_path: Path) -> None:
    codec, ending, options = ENCODINGS["constant-rate"]
    film = encoded(tmp_path / f"film.{ending}", codec, options)
    with av.open(str(film)) as container:
        sent = [packet.size for packet in container.demux(video=0) if packet.size]
    counted = [facts.size for facts in read(film)]
    assert sum(counted) < 0.9 * sum(sent), "an encoder that stuffs a still yard up to 900 kb/s"


def test_layers_tell_what_nothing_is_predicted_from(tmp_path: Path) -> None:
    for name in ("b-pyramid", "h265-layers"):
        codec, ending, options = ENCODINGS[name]
        found = read(encoded(tmp_path / f"{name}.{ending}", codec, options))
        layers = {facts.layer for facts in found if facts.kind == "B"}
        assert max(layers) > 0, name
        assert {facts.layer for facts in found if facts.kind == "I"} == {0}, name


def test_an_unknown_codec_has_its_size_alone() -> None:
    assert Headers("mpeg4").facts(b"abc") == PacketFacts(3)


@given(st.lists(st.booleans(), max_size=120))
def test_numbers_are_read_as_they_were_written(pattern: list[bool]) -> None:
    numbers = [f"{n + 1:b}" for n in (7, 0, 65534)]
    written = "".join("0" * (len(number) - 1) + number for number in numbers) + "".join("01"[bit] for bit in pattern) + "1"
    data = int(written.ljust(-(-len(written) // 8) * 8, "0"), 2).to_bytes(-(-len(written) // 8), "big")
    bits = Bits(data.replace(b"\x00\x00\x03", b"\x00\x00\x03\x03"))
    assert [bits.ue(), bits.ue(), bits.ue()] == [7, 0, 65534]
    assert [bits.flag() for _ in pattern] == pattern


@given(st.binary(max_size=64))
def test_bits_end_and_say_so(data: bytes) -> None:
    bits = Bits(data)
    with pytest.raises(OutOfBits):
        [bits.ue() for _ in range(8 * len(data) + 1)]


@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda unit: b"\x00\x00" not in unit and unit[-1:] != b"\x00"), max_size=9))
def test_units_come_back_in_both_packings(parts: list[bytes]) -> None:
    assert list(units(b"".join(b"\x00\x00\x01" + part for part in parts), 0)) == parts
    assert list(units(b"".join(len(part).to_bytes(4, "big") + part for part in parts), 4)) == parts


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, list[bytes]]]:
    """codec -> its configuration record and some packets."""
    found = {}
    for name in ("b-pyramid", "h265-weights"):
        codec, ending, options = ENCODINGS[name]
        with av.open(str(encoded(tmp_path_factory.mktemp("bytes") / f"film.{ending}", codec, options))) as container:
            context: Any = container.streams.video[0].codec_context
            found[context.name] = bytes(context.extradata), [bytes(packet) for packet in container.demux(video=0) if packet.size][:12]
    return found


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), codec=st.sampled_from(["h264", "hevc"]))
def test_no_bytes_raise(packets: dict[str, tuple[bytes, list[bytes]]], seed: int, codec: str) -> None:
    draw = Random(seed)
    record, sound = packets[codec]
    headers = Headers(codec, _harmed(record, draw))
    for packet in sound:
        sent = _harmed(packet[:400], draw) if draw.random() < 0.5 else packet
        facts = headers.facts(sent)
        assert facts.qp is None or -48 <= facts.qp <= 51
        assert facts.size <= len(sent)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.lists(st.binary(max_size=300), max_size=6), st.sampled_from(["h264", "hevc", "mpeg4", ""]))
def test_garbage_is_unknown_and_harmless(record: bytes, sent: list[bytes], codec: str) -> None:
    headers = Headers(codec, record)
    for packet in sent:
        assert headers.facts(packet).size <= len(packet)


def _harmed(data: bytes, draw: Random) -> bytes:
    at, kind = draw.randrange(max(1, len(data))), draw.choice(["as it is", "cut", "flip", "fill"])
    if kind == "cut":
        return data[:at]
    if kind == "flip" and data:
        return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
    return data[:at] + draw.randbytes(draw.randrange(25)) + data[at + 24 :] if kind == "fill" else data
