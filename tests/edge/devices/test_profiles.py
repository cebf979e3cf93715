"""firmware-config/: every profile is good, and what is wrong is named by file, key, value and what was wanted."""

import re
import shutil
from pathlib import Path

import pytest

from broker.topics import match
from edge.devices import profiles
from edge.devices.profiles import DEFAULT_PROFILE, folder, lint, load


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(folder(), tmp_path / "config")
    return tmp_path / "config"


def test_what_the_house_ships_has_no_fault() -> None:
    assert lint() == []


def test_every_kind_has_a_profile_of_its_own() -> None:
    catalogue = load()
    assert {kind: catalogue.of(name, kind=kind).kind for kind, name in DEFAULT_PROFILE.items()} == {kind: kind for kind in DEFAULT_PROFILE}


def test_every_setting_is_titled_in_both_languages_and_its_default_is_allowed() -> None:
    catalogue = load()
    for name, rule in catalogue.properties.items():
        assert set(rule["x-title"]) == {"vi", "en"}, name
        assert rule["title"] == rule["x-title"]["vi"], name
        for kind in rule["x-kinds"]:
            catalogue.demand({name: rule["default"]}, kind=kind)


def test_later_layers_win() -> None:
    catalogue = load()
    plain = catalogue.resolve("tablet-kiosk-android", kind="tablet")
    assert (plain["text_scale_percent"], plain["kiosk"], plain["language"]) == (110, True, "vi")
    grouped = catalogue.resolve("tablet-kiosk-android", kind="tablet", groups=["group-large-print"])
    assert grouped["text_scale_percent"] == 150
    own = catalogue.resolve("tablet-kiosk-android", kind="tablet", groups=["group-large-print"], own={"text_scale_percent": 120})
    assert own["text_scale_percent"] == 120


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("text_scale_percent = 110", "text_scale_percent = 999"),
            ("tablet-generic.toml", "settings.text_scale_percent", "999", "100 … 200 %"),
        ),
        (('language = "vi"', 'language = "fr"'), ("tablet-generic.toml", "settings.language", "fr", "vi | en")),
        (("keep_awake", "sound_s"), ("tablet-generic.toml", "settings.sound_s", "True", None)),
        (('extends = "base"', 'extends = "bass"'), ("tablet-generic.toml", "extends", "bass", None)),
        (('id = "tablet-generic"', 'id = "tablet"'), ("tablet-generic.toml", "id", "tablet", "= tablet-generic")),
        (("[settings]", "[settings"), ("tablet-generic.toml", "", None, "TOML")),
        (('layer = "model"', ""), ("tablet-generic.toml", "", "", "id + kind + layer + title")),
    ],
)
def test_a_fault_is_named(copy: Path, change: tuple[str, str], fault: tuple[str, str, str | None, str | None]) -> None:
    file = copy / "profiles" / "tablet-generic.toml"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")
    found = next(one for one in lint(copy) if one.file == "tablet-generic.toml")
    for said, wanted in zip((found.file, found.key, found.value, found.wanted), fault, strict=True):
        assert wanted is None or said == wanted


def test_a_circle_of_profiles_is_named(copy: Path) -> None:
    file = copy / "profiles" / "tablet-generic.toml"
    file.write_text(file.read_text("utf-8").replace('extends = "base"', 'extends = "tablet-kiosk-android"'), "utf-8")
    assert {fault.file for fault in lint(copy)} == {"tablet-generic.toml", "tablet-kiosk-android.toml"}
    with pytest.raises(ValueError, match="extends"):
        profiles.load(copy)


def test_esphome_devices_use_only_topics_of_the_table() -> None:
    texts = {file.name: file.read_text("utf-8") for file in (folder() / "esphome").glob("*.yaml")}
    used = {(name, topic) for name, text in texts.items() for topic in re.findall(r"dinh/1/\S+", text)}
    assert {name for name, _topic in used} == {"dinh.yaml", "seat-unit.yaml", "siren.yaml"}
    assert [one for one in used if match(one[1].replace("${device}", "seat-unit-a3")) is None] == []
