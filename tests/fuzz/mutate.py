"""Inputs that almost are what an honest client sends: whole ones, changed in their bytes, in their JSON, or under the signature."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Draw = random.Random
JsonPath = tuple[str | int, ...]
Sign = Callable[[bytes, bytes], bytes]
"""(header, payload) as bytes -> the signature over them by the key that the client holds."""

WORDS = (
    b"",
    b"\0",
    b"\xff" * 4,
    b"\xed\xa0\x80",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b'"',
    b"{}",
    b"[]",
    b"\\ud800",
    b".",
    b"=",
    b"../",
)
NESTED = b"[" * 3000
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**63,
        10**400,
        0.5,
        float("inf"),
        "",
        " ",
        "x",
        "\0",
        "\ud800",
        "ế" * 50,
        "a" * 5000,
        "for",
        "none",
        "c1,c2",
    ),
    *([], {}, [[]], {"": ""}, ["for"], {"for": 1}),
)


def mutate(draw: Draw, seeds: list[bytes]) -> bytes:
    """One of the seeds after a few changes; sometimes none, so that a client that is right stays right."""
    whole = draw.choice(seeds)
    for _ in range(draw.choice((0, 1, 1, 1, 2, 3, 8))):
        whole = draw.choice((_flip, _cut, _double, _insert, _splice))(draw, whole, seeds)
    return whole


def _flip(draw: Draw, raw: bytes, _seeds: list[bytes]) -> bytes:
    if not raw:
        return raw
    at = draw.randrange(len(raw))
    byte = raw[at] ^ 1 << draw.randrange(8) if draw.random() < 0.5 else draw.randrange(256)
    return raw[:at] + bytes((byte,)) + raw[at + 1 :]


def _span(draw: Draw, raw: bytes) -> tuple[int, int]:
    start = draw.randrange(len(raw) + 1)
    return start, min(len(raw), start + draw.choice((1, 2, 4, 16, 100)))


def _cut(draw: Draw, raw: bytes, _seeds: list[bytes]) -> bytes:
    start, end = _span(draw, raw)
    return raw[:start] + raw[end:]


def _double(draw: Draw, raw: bytes, _seeds: list[bytes]) -> bytes:
    start, end = _span(draw, raw)
    return raw[:end] + raw[start:end] * draw.choice((1, 1, 50)) + raw[end:]


def _insert(draw: Draw, raw: bytes, _seeds: list[bytes]) -> bytes:
    at = draw.randrange(len(raw) + 1)
    word = NESTED if draw.random() < 0.02 else draw.choice((*WORDS, draw.randbytes(draw.randrange(1, 20))))
    return raw[:at] + word + raw[at:]


def _splice(draw: Draw, raw: bytes, seeds: list[bytes]) -> bytes:
    other = draw.choice(seeds)
    return raw[: draw.randrange(len(raw) + 1)] + other[draw.randrange(len(other) + 1) :]


def places(value: object, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def change_json(draw: Draw, value: Any) -> Any:
    """A copy with one place changed: another value, gone, renamed, doubled, or exchanged with another place's."""
    whole = json.loads(json.dumps(value))
    paths = [path for path in places(whole) if path]
    if not paths:
        return draw.choice(VALUES)
    *way, last = draw.choice(paths)
    holder = whole
    for key in way:
        holder = holder[key]
    match draw.randrange(5):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, dict):
            holder[draw.choice((f"{last}x", "", "alg", "kid", "at", "d"))] = holder.pop(last)
        case 2:
            holder[last] = _at(whole, draw.choice(paths[:50]))
        case _:
            holder[last] = _other(draw, holder[last])
    return whole


def _at(whole: Any, path: JsonPath) -> Any:
    for key in path:
        try:
            whole = whole[key]
        except (KeyError, IndexError, TypeError):
            return None
    return json.loads(json.dumps(whole))


def _other(draw: Draw, value: object) -> Any:
    if isinstance(value, str) and value and draw.random() < 0.6:
        at = draw.randrange(len(value))
        return draw.choice(
            (value[:at] + chr(draw.choice((draw.randrange(32, 127), draw.randrange(0xD7FF)))) + value[at + 1 :], value[:at], value + value)
        )
    return draw.choice(VALUES)


def base64url(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def dumps(draw: Draw, value: object) -> bytes:
    """JSON in one of several spellings; mostly the canonical one."""
    ascii_only, spaces = draw.random() < 0.1, draw.random() < 0.1
    separators = None if spaces else (",", ":")
    text = json.dumps(value, sort_keys=draw.random() < 0.9, separators=separators, ensure_ascii=ascii_only)
    return text.encode("utf-8", "surrogatepass")


def _in_utf16(raw: bytes) -> bytes:
    return raw.decode("utf-8", "replace").encode("utf-16", "replace")


def _with_mark(raw: bytes) -> bytes:
    return b"\xef\xbb\xbf" + raw


def _twice(raw: bytes) -> bytes:
    """Every name of the object twice; the last one is the right one."""
    return raw[:-1] + b"," + raw[1:] if raw[:1] == b"{" and len(raw) > 2 else raw


def compact(header: Any, payload: Any, sign: Sign) -> str:
    """The compact JWS of an honest client."""
    first, second = (json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() for one in (header, payload))
    return ".".join(map(base64url, (first, second, sign(first, second))))


def signed(draw: Draw, header: Any, payload: Any, sign: Sign) -> str:
    """A compact JWS with header or payload changed before the client signed it, or with a part changed after."""
    if draw.random() < 0.2:
        header = change_json(draw, header)
    if draw.random() < 0.6:
        payload = change_json(draw, payload)
    parts = [dumps(draw, header), dumps(draw, payload)]
    if draw.random() < 0.1:
        at = draw.randrange(2)
        parts[at] = mutate(draw, [parts[at]])
    if draw.random() < 0.05:
        at = draw.randrange(2)
        parts[at] = draw.choice((_in_utf16, _with_mark, _twice))(parts[at])
    parts.append(sign(parts[0], parts[1]))
    texts = [base64url(one) for one in parts]
    if draw.random() < 0.15:
        at = draw.randrange(3)
        texts[at] = mutate(draw, [texts[at].encode()]).decode("utf-8", "replace")
    return ".".join(texts)
