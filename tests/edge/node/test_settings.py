"""Settings: defaults for an empty home, the file over them, the environment over both, and a clear refusal for the rest."""

from pathlib import Path

import pytest

from edge.errors import Code, Refusal
from edge.settings import SETTINGS, default_home, read_settings


def write(home: Path, text: str) -> Path:
    (home / "dinh.toml").write_text(text, "utf-8")
    return home


def test_an_empty_home_has_all_defaults(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {})
    assert (settings.https_port, settings.http_port, settings.broker_engine) == (8443, 8080, "auto")
    assert settings.database == f"sqlite:///{tmp_path}/data/dinh.db"


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    home = write(tmp_path, '[node]\nname = "UBND phường Hoàng Văn Thụ"\n[https]\nport = 9443\n')
    settings = read_settings(home, {"DINH_HTTPS_PORT": "10443"})
    assert settings.node_name == "UBND phường Hoàng Văn Thụ"
    assert settings.https_port == 10443


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("[https]\nport = 70000\n", "https.port", "70000"),
        ('[https]\nport = "8443"\n', "https.port", "8443"),
        ("[https]\nport = true\n", "https.port", "True"),
        ('[broker]\nengine = "rabbit"\n', "broker.engine", "rabbit"),
        ('[broker]\nengine = "external"\n', "broker.url", ""),
        ('[broker]\nurl = "http://x"\n', "broker.url", "http://x"),
        ('[database]\nurl = "mysql://x"\n', "database.url", "mysql://x"),
        ('[node]\nid = "Bản Đôn"\n', "node.id", "Bản Đôn"),
    ],
)
def test_a_bad_value_names_file_key_value_and_what_was_wanted(tmp_path: Path, text: str, key: str, value: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(write(tmp_path, text), {})
    facts = refused.value.facts
    assert refused.value.code is Code.BAD_SETTING
    assert (facts["file"], facts["key"], facts["value"]) == (str(tmp_path / "dinh.toml"), key, value)
    assert facts["wanted"]


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(tmp_path, {"DINH_HTTP_PORT": "many"})
    assert refused.value.facts["file"] == "DINH_HTTP_PORT"


def test_a_misspelled_key_is_told_its_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(write(tmp_path, "[https]\nprot = 1\n"), {})
    assert (refused.value.code, refused.value.facts["nearest"]) == (Code.UNKNOWN_SETTING, "https.port")


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(write(tmp_path, "[https\n"), {})
    assert refused.value.code is Code.BAD_SETTINGS_FILE
    assert "line 1" in str(refused.value.facts["detail"])


def test_the_home_is_where_the_environment_says(tmp_path: Path) -> None:
    assert default_home({"DINH_HOME": str(tmp_path)}) == tmp_path


def test_every_default_is_acceptable() -> None:
    assert all(setting.accepts(setting.default) for setting in SETTINGS)
