"""Device profiles: base <- model <- group <- device, later wins; the schema says what may be said.

The data stands in firmware-config/ of the checkout, or beside this package in an installed wheel.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from edge.refusals import Code, Refusal

Settings = dict[str, Any]
DEFAULT_PROFILE: Final[Mapping[str, str]] = {
    "tablet": "tablet-generic",
    "keypad": "keypad-esp32",
    "screen": "screen-hall",
    "watcher": "watcher",
    "camera": "camera-generic",
    "seat_unit": "seat-unit-esp32",
    "siren": "siren",
    "other": "device-other",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in firmware-config/."""

    file: str
    key: str
    value: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key} = {self.value}; {self.wanted}"


@dataclass(frozen=True)
class Profile:
    """One TOML file that passed the schema."""

    id: str
    kind: str
    layer: str
    extends: str | None
    title: Mapping[str, str]
    picture: str
    notes: Mapping[str, str] | None
    paths: Mapping[str, str]
    settings: Settings


@dataclass(frozen=True)
class Catalogue:
    """All profiles and the schema of a setting."""

    profiles: Mapping[str, Profile]
    schema: Mapping[str, Any]

    @property
    def properties(self) -> dict[str, dict[str, Any]]:
        """Setting name -> its schema, with x-title, x-unit and x-kinds."""
        found: dict[str, dict[str, Any]] = self.schema["$defs"]["settings"]["properties"]
        return found

    def of(self, profile: str, *, kind: str) -> Profile:
        """The model profile of this name for this kind of device; refuses another."""
        found = self.profiles.get(profile)
        if found is None or found.layer != "model" or found.kind != kind:
            raise Refusal(Code.UNKNOWN_PROFILE, profile=profile, kind=kind)
        return found

    def resolve(self, profile: str, *, kind: str, groups: Sequence[str] = (), own: Settings | None = None) -> Settings:
        """Every setting that this kind of device knows: schema default <- base <- model <- groups <- its own."""
        layers = [
            *(one.settings for one in self._line(self.of(profile, kind=kind))),
            *(self._group(name).settings for name in groups),
            own or {},
        ]
        resolved = {name: rule["default"] for name, rule in self.properties.items() if kind in rule["x-kinds"]}
        for layer in layers:
            resolved |= {name: value for name, value in layer.items() if name in resolved}
        return resolved

    def demand(self, settings: Settings, *, kind: str) -> None:
        """Refuse a setting that this kind does not know, or a value that its schema does not allow."""
        for name, value in settings.items():
            rule = self.properties.get(name)
            if rule is None or kind not in rule["x-kinds"]:
                raise Refusal(Code.BAD_SETTING, key=name, value=str(value), wanted=", ".join(self.names(kind)))
            for error in Draft202012Validator(rule).iter_errors(value):
                raise Refusal(Code.BAD_SETTING, key=name, value=str(value), wanted=wanted(error))

    def names(self, kind: str) -> list[str]:
        """The settings that this kind of device knows."""
        return [name for name, rule in self.properties.items() if kind in rule["x-kinds"]]

    def _group(self, name: str) -> Profile:
        found = self.profiles.get(name)
        if found is None or found.layer != "group":
            raise Refusal(Code.UNKNOWN_PROFILE, profile=name, kind="group")
        return found

    def _line(self, profile: Profile) -> list[Profile]:
        """The profile and what it extends, the oldest first."""
        line = [profile]
        while line[0].extends is not None:
            line.insert(0, self.profiles[line[0].extends])
        return line


def folder() -> Path:
    """firmware-config/ of this installation."""
    here = Path(__file__).resolve()
    packaged = here.parents[1] / "firmware_config"
    return packaged if packaged.is_dir() else here.parents[2] / "firmware-config"


def load(where: Path | None = None) -> Catalogue:
    """The catalogue. Raises ValueError with every fault when something is wrong."""
    catalogue, faults = read(where or folder())
    if faults:
        raise ValueError("\n".join(str(fault) for fault in faults))
    return catalogue


def lint(where: Path | None = None) -> list[Fault]:
    """What is wrong in firmware-config/: file, key, value and what was wanted."""
    return read(where or folder())[1]


def read(where: Path) -> tuple[Catalogue, list[Fault]]:
    """Everything that can be read, and every fault."""
    schema = json.loads((where / "profile.schema.json").read_text("utf-8"))
    found: dict[str, Profile] = {}
    faults: list[Fault] = []
    for file in sorted((where / "profiles").glob("*.toml")):
        content, wrong = _parsed(file, schema)
        faults += wrong
        if content is not None:
            found[content.id] = content
    catalogue = Catalogue(found, schema)
    return catalogue, faults + [fault for profile in found.values() for fault in _between(profile, catalogue)]


def _parsed(file: Path, schema: Mapping[str, Any]) -> tuple[Profile | None, list[Fault]]:
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [Fault(file.name, "", str(error), "TOML")]
    faults = [_fault(file.name, error) for error in Draft202012Validator(schema).iter_errors(said)]
    if not faults and said["id"] != file.stem:
        faults = [Fault(file.name, "id", said["id"], f"= {file.stem}")]
    return (None, faults) if faults else (_profile(said), [])


def _profile(said: Mapping[str, Any]) -> Profile:
    return Profile(
        id=said["id"],
        kind=said["kind"],
        layer=said["layer"],
        extends=said.get("extends"),
        title=said["title"],
        picture=said.get("picture", "device"),
        notes=said.get("notes"),
        paths=said.get("paths", {}),
        settings=said.get("settings", {}),
    )


def _between(profile: Profile, catalogue: Catalogue) -> list[Fault]:
    """What only shows beside the other profiles: unknown or circular parents, settings that the kind does not know."""
    file, seen, parent = f"{profile.id}.toml", {profile.id}, profile.extends
    while parent is not None:
        if parent in seen or parent not in catalogue.profiles:
            return [Fault(file, "extends", parent, " | ".join(sorted(set(catalogue.profiles) - seen)))]
        seen.add(parent)
        parent = catalogue.profiles[parent].extends
    if profile.kind == "any":
        return []
    known = catalogue.names(profile.kind)
    return [
        Fault(file, f"settings.{name}", str(value), " | ".join(known) or "-")
        for name, value in profile.settings.items()
        if name not in known
    ]


def _fault(file: str, error: ValidationError) -> Fault:
    path, rule = [str(step) for step in error.absolute_path], _rule(error)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        unknown = sorted(set(error.instance) - set(rule.get("properties", {})))
        return Fault(file, ".".join([*path, *unknown[:1]]), str(error.instance[unknown[0]]), " | ".join(rule["properties"]))
    value = "" if error.validator == "required" else str(error.instance)
    return Fault(file, ".".join(path), value, wanted(error))


def wanted(error: ValidationError) -> str:
    """What was wanted, the same in every language: a type, a range, a list, a pattern."""
    rule = _rule(error)
    if "enum" in rule:
        return " | ".join(str(one) for one in rule["enum"])
    if "minimum" in rule:
        return f"{rule['minimum']} … {rule['maximum']} {rule.get('x-unit', '')}".strip()
    if error.validator == "required":
        return " + ".join(rule["required"])
    return str(rule.get("pattern") or rule.get("type") or error.validator)


def _rule(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}
