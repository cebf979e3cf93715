"""Reading JSON strictly, and saying where it breaks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from meeting.log.checks.report import Found, Wrong


def _no_float(text: str) -> NoReturn:
    """Nothing that is signed has a fraction, because two languages may write the same number in two ways."""
    raise ValueError(text)


DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)


def canonical(value: object) -> bytes:
    """The one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_bundle(raw: bytes) -> dict[str, Any]:
    """The bundle's JSON; anything but its one canonical spelling is wrong."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Wrong(Found.NOT_UTF8, _locate(raw[: error.start].decode()), byte=error.start) from None
    try:
        value = DECODER.decode(text)
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        place = len(text[: error.pos].encode()) if isinstance(error, json.JSONDecodeError) else 0
        raise Wrong(Found.NOT_JSON, _locate(text), byte=place) from None
    if again != raw:
        at = next((i for i, (a, b) in enumerate(zip(again, raw, strict=False)) if a != b), min(len(again), len(raw)))
        raise Wrong(Found.NOT_CANONICAL, _locate(raw[:at].decode(errors="replace")), byte=at)
    if not isinstance(value, dict):
        raise Wrong(Found.SHAPE, "bundle")
    return value


def _locate(text: str) -> str:
    """The deepest top-level field or entry that the broken text reaches, read from its beginning."""
    where, place = "bundle", 1
    if text[:1] != "{":
        return where
    while True:
        try:
            key, place = DECODER.raw_decode(text, place)
            if not isinstance(key, str) or text[place : place + 1] != ":":
                return where
            where = key
            if text[place + 1 : place + 2] == "[" and key == "entries":
                count, place = _count(text, place + 2)
                if text[place : place + 1] != "]":
                    return f"entries[{count}]"
                place += 1
            else:
                _, place = DECODER.raw_decode(text, place + 1)
        except (ValueError, RecursionError):
            return where
        if text[place : place + 1] != ",":
            return where
        place += 1


def _count(text: str, place: int) -> tuple[int, int]:
    """How many whole elements an array has from `place`, and where the reading ended."""
    count = 0
    while True:
        try:
            _, after = DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return count, place
        if text[after : after + 1] != ",":
            return (count + 1, after) if text[after : after + 1] == "]" else (count, after)
        count, place = count + 1, after + 1


@dataclass(frozen=True)
class Fields:
    """A JSON object whose fields are asked for by type; a missing or other one is `wrong` at its place."""

    values: dict[str, Any]
    where: str
    wrong: Found

    def only(self, names: Iterable[str]) -> "Fields":
        """Exactly these fields and no other."""
        if different := set(self.values) ^ set(names):
            raise Wrong(self.wrong, f"{self.where}.{min(different)}")
        return self

    def text(self, name: str) -> str:
        """Text that UTF-8 can carry: half of a surrogate pair is wrong, too."""
        value = str(self._of(name, str))
        if not _is_utf8(value):
            raise Wrong(self.wrong, f"{self.where}.{name}")
        return value

    def number(self, name: str) -> int:
        value = self._of(name, int)
        if isinstance(value, bool):
            raise Wrong(self.wrong, f"{self.where}.{name}")
        return int(value)

    def flag(self, name: str) -> bool:
        return bool(self._of(name, bool))

    def maybe_text(self, name: str) -> str | None:
        return None if self.values.get(name, "") is None else self.text(name)

    def object(self, name: str) -> "Fields":
        return Fields(self._of(name, dict), f"{self.where}.{name}", self.wrong)

    def texts(self, name: str) -> list[str]:
        values = self._of(name, list)
        if not all(isinstance(one, str) for one in values):
            raise Wrong(self.wrong, f"{self.where}.{name}")
        return list(values)

    def objects(self, name: str) -> "list[Fields]":
        values = self._of(name, list)
        for i, one in enumerate(values):
            if not isinstance(one, dict):
                raise Wrong(self.wrong, f"{self.where}.{name}[{i}]")
        return [Fields(one, f"{self.where}.{name}[{i}]", self.wrong) for i, one in enumerate(values)]

    def share(self, name: str) -> tuple[int, int]:
        """A fraction as [number, of]."""
        value = self._of(name, list)
        if len(value) != 2 or not all(type(one) is int and one > 0 for one in value):
            raise Wrong(self.wrong, f"{self.where}.{name}")
        return value[0], value[1]

    def _of(self, name: str, kind: type) -> Any:
        value = self.values.get(name)
        if not isinstance(value, kind):
            raise Wrong(self.wrong, f"{self.where}.{name}")
        return value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_object(text: str, where: str, wrong: Found) -> Fields:
    """Canonical JSON that is an object."""
    try:
        value = DECODER.decode(text)
        same = canonical(value) == text.encode()
    except (ValueError, RecursionError):
        raise Wrong(wrong, where) from None
    if not same or not isinstance(value, dict):
        raise Wrong(wrong, where)
    return Fields(value, where, wrong)
