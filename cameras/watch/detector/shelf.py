"""The detectors of one watcher: `models/` in its home, files and what is known of them, and which one is in use."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cameras.domain.errors import Code, Refusal
from cameras.watch.detector.detector import Detector

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
LARGEST = 512 * 1024 * 1024
MANIFEST = "models.toml"


@dataclass(frozen=True, slots=True)
class Card:
    """One installed file. `licence` as its maker or the administrator says; "" when nobody did."""

    name: str
    sha256: str
    licence: str
    layout: str
    width: int
    height: int
    classes: tuple[str, ...]
    added: datetime

    @property
    def file(self) -> str:
        """Name in the folder."""
        return f"{self.name}.onnx"


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of them. `since`: when `in_use` began."""

    cards: tuple[Card, ...] = ()
    in_use: str | None = None
    provider: str = "cpu"
    since: datetime | None = None

    @property
    def current(self) -> Card | None:
        return next((card for card in self.cards if card.name == self.in_use), None)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a file: name, licence and classes; what is left out is read from the file."""

    name: str = ""
    licence: str = ""
    classes: tuple[str, ...] = field(default=())


class Shelf:
    """The folder `models` of a watcher's home. Nothing is made before the first file is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def stamp(self) -> int:
        """Another number whenever the manifest was written."""
        try:
            return (self.folder / MANIFEST).stat().st_mtime_ns
        except OSError:
            return 0

    def manifest(self) -> Manifest:
        """Raises Refusal (MANIFEST) when it cannot be understood."""
        try:
            return _read(tomllib.loads((self.folder / MANIFEST).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Manifest()
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise Refusal(Code.MODEL_MANIFEST, {"file": MANIFEST, "why": str(error)}) from error

    def add(self, file: Path, told: Told, verify: Callable[[Detector], object] = lambda _: None) -> tuple[Card, Detector]:
        """Open the file, recognise it, and copy it here once `verify` has passed it. The first one is in use at once. Raises Refusal."""
        manifest, name = self.manifest(), told.name or _name_of(file)
        if not NAME.fullmatch(name):
            raise Refusal(Code.MODEL_NAME, {"name": name})
        if any(card.name == name for card in manifest.cards):
            raise Refusal(Code.MODEL_NAME_TAKEN, {"name": name})
        content = _content(file)
        detector = Detector(content, told.classes)
        verify(detector)
        now = datetime.now(UTC)
        card = Card(
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            licence=told.licence or detector.notes.get("license", ""),
            layout=detector.layout.name,
            width=detector.size[0],
            height=detector.size[1],
            classes=detector.classes,
            added=now,
        )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.folder / card.file, content)
        grown = replace(manifest, cards=(*manifest.cards, card))
        self._keep(replace(grown, in_use=name, since=now) if not manifest.cards else grown)
        return card, detector

    def use(self, name: str | None, provider: str | None = None) -> Card | None:
        """Work with `name` from now on, None for none, after opening it as the watcher will. Raises Refusal."""
        manifest = self.manifest()
        provider = provider or manifest.provider
        if name is not None:
            self.open(name, provider)
        chosen = replace(manifest, in_use=name, provider=provider, since=datetime.now(UTC))
        self._keep(chosen)
        return chosen.current

    def remove(self, name: str) -> Card:
        """Its file and its card are gone. Raises Refusal (UNKNOWN)."""
        manifest = self.manifest()
        card = _card(manifest, name)
        left = tuple(other for other in manifest.cards if other.name != name)
        self._keep(replace(manifest, cards=left, in_use=None if manifest.in_use == name else manifest.in_use))
        (self.folder / card.file).unlink(missing_ok=True)
        return card

    def open(self, name: str, provider: str | None = None) -> Detector:
        """Once its bytes are the ones that were added. Raises Refusal (UNKNOWN, MISSING, CHECKSUM, ...)."""
        manifest = self.manifest()
        card = _card(manifest, name)
        content = _content(self.folder / card.file)
        found = hashlib.sha256(content).hexdigest()
        if found != card.sha256:
            raise Refusal(Code.MODEL_CHECKSUM, {"name": name, "expected": card.sha256, "found": found})
        return Detector(content, card.classes, provider or manifest.provider)

    def _keep(self, manifest: Manifest) -> None:
        _write(self.folder / MANIFEST, _worded(manifest).encode())


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise Refusal(Code.MODEL_NOT_ONNX, {"why": f"> {LARGEST >> 20} MiB"})
        return file.read_bytes()
    except OSError as error:
        raise Refusal(Code.MODEL_MISSING, {"file": file.name, "why": error.strerror or ""}) from error


def _name_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-._")[:40]


def _card(manifest: Manifest, name: str) -> Card:
    found = next((card for card in manifest.cards if card.name == name), None)
    if found is None:
        raise Refusal(Code.MODEL_UNKNOWN, {"name": name, "known": ", ".join(card.name for card in manifest.cards)})
    return found


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a running watcher reads it at any time."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _read(told: dict[str, object]) -> Manifest:
    entries = told.get("model", [])
    if not isinstance(entries, list):
        raise TypeError("model")
    cards = tuple(
        Card(
            name=_named(entry["name"]),
            sha256=str(entry["sha256"]),
            licence=str(entry["licence"]),
            layout=str(entry["layout"]),
            width=int(entry["width"]),
            height=int(entry["height"]),
            classes=tuple(str(name) for name in entry["classes"]),
            added=_moment(entry["added"]),
        )
        for entry in entries
    )
    in_use, since = told.get("in_use"), told.get("since")
    return Manifest(cards, str(in_use) if in_use else None, str(told.get("provider", "cpu")), _moment(since) if since else None)


def _named(name: object) -> str:
    """The name becomes a file's: nothing else may stand there."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError("name")
    return name


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("time without offset")
    return value


def _worded(manifest: Manifest) -> str:
    """The manifest as TOML. A JSON string is a TOML string, too."""
    lines = [f"in_use = {_text(manifest.in_use or '')}", f"provider = {_text(manifest.provider)}"]
    if manifest.since is not None:
        lines.append(f"since = {manifest.since.isoformat()}")
    for card in manifest.cards:
        lines += ["", "[[model]]", *(f"{key} = {_text(getattr(card, key))}" for key in ("name", "sha256", "licence", "layout"))]
        lines += [f"width = {card.width}", f"height = {card.height}", f"added = {card.added.isoformat()}"]
        lines.append(f"classes = [{', '.join(_text(name) for name in card.classes)}]")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
