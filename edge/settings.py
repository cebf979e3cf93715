"""What the operator decides: `dinh.toml` in the node's home, overridden by DINH_* in the environment.

Every setting has a default, so an empty home works. Reading settings does nothing else: no folder is made, no port tried.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from broker.identity import is_id
from edge.errors import Code, Refusal
from edge.home import Home

ENGINES: Final = ("auto", "embedded", "mosquitto", "external")
LANGUAGES: Final = ("vi", "en")


@dataclass(frozen=True)
class Setting:
    """One key: `section.name` in the file, DINH_SECTION_NAME in the environment."""

    key: str
    default: str | int
    wanted: str
    """What a value may be, the same in every language: a range, a list, a pattern."""
    accepts: Callable[[Any], bool]

    @property
    def variable(self) -> str:
        """Name in the environment."""
        return "DINH_" + self.key.upper().replace(".", "_")


def _port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 120


def _database(value: object) -> bool:
    return value == "" or (isinstance(value, str) and value.split("://")[0] in {"sqlite", "postgresql", "postgresql+psycopg"})


def _https_url(value: object) -> bool:
    return value == "" or (isinstance(value, str) and value.startswith("https://") and bool(urlsplit(value).hostname))


def _networks(value: object) -> bool:
    try:
        return isinstance(value, str) and all(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        return False


def _broker_url(value: object) -> bool:
    if value == "":
        return True
    url = urlsplit(value) if isinstance(value, str) else None
    return url is not None and url.scheme in {"mqtt", "mqtts"} and bool(url.hostname)


SETTINGS: Final = (
    Setting("node.id", "dinh", "[a-z0-9_-]{1,40}", lambda value: isinstance(value, str) and is_id(value)),
    Setting("node.name", "Đình", "1-120 ký tự / characters", _text),
    Setting("node.language", "vi", "vi | en", lambda value: value in LANGUAGES),
    Setting("https.port", 8443, "0-65535", _port),
    Setting("https.bind", "0.0.0.0", "0.0.0.0 | 127.0.0.1 | IP", _text),
    Setting("https.url", "", "https://host:port", _https_url),
    Setting("http.port", 8080, "0-65535", _port),
    Setting("broker.engine", "auto", " | ".join(ENGINES), lambda value: value in ENGINES),
    Setting("broker.port", 0, "0-65535", _port),
    Setting("broker.url", "", "mqtt://host:port | mqtts://host:port", _broker_url),
    Setting("desk.undo_s", 120, "0-86400", lambda value: isinstance(value, int) and 0 <= value <= 86400),
    Setting("cameras.audit_per_mille", 15, "0-1000", lambda value: isinstance(value, int) and 0 <= value <= 1000),
    Setting("reporting.private_networks", "", "10.0.0.0/8, 192.168.0.0/16", _networks),
    Setting("database.url", "", "sqlite:////path | postgresql://user:password@host/name", _database),
)
BY_KEY: Final = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings of one start. A port of 0 means any free one, chosen when the node starts."""

    home: Home
    node_id: str
    node_name: str
    node_language: str
    https_port: int
    https_bind: str
    https_url: str
    """The address by which devices reach the node; empty: chosen from name and port."""
    http_port: int
    broker_engine: str
    broker_port: int
    broker_url: str
    desk_undo_s: int
    """Seconds for which an officer can take a verdict back before anyone outside is told."""
    cameras_audit_per_mille: int
    """Of a thousand minutes that a camera slept through, so many are decoded afterwards to see what was missed."""
    reporting_private_networks: str
    """Ranges of the commune's own network that reports may go to, separated by commas."""
    database_url: str

    @property
    def database(self) -> str:
        """Database URL, by default the SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home.database}"


def read_settings(home: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings for this home (default: DINH_HOME, else the usual place). Raises Refusal naming file, key, value and what was wanted."""
    place = Home(home or default_home(environment))
    values = {setting.key: setting.default for setting in SETTINGS}
    values |= _from_file(place.settings_file)
    values |= _from_environment(environment)
    if values["broker.engine"] == "external" and not values["broker.url"]:
        setting = BY_KEY["broker.url"]
        raise _bad(setting, "", file=str(place.settings_file))
    return Settings(home=place, **{key.replace(".", "_"): value for key, value in values.items()})  # type: ignore[arg-type]


def default_home(environment: Mapping[str, str]) -> Path:
    """DINH_HOME, else /var/lib/dinh for root and ~/.local/share/dinh for everybody else."""
    if named := environment.get("DINH_HOME"):
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/dinh")
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "dinh"


def _from_file(file: Path) -> dict[str, str | int]:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(Code.BAD_SETTINGS_FILE, file=str(file), detail=str(error)) from None
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(Code.BAD_SETTINGS_FILE, file=str(file), detail=str(error)) from None
    flat: dict[str, Any] = {}
    for section, content in sections.items():
        flat |= {f"{section}.{name}": value for name, value in content.items()} if isinstance(content, dict) else {section: content}
    return {key: _checked(_known(key, file), value, file=str(file)) for key, value in flat.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for setting in SETTINGS:
        if (text := environment.get(setting.variable)) is not None:
            number = text.strip().isdecimal() and isinstance(setting.default, int)
            found[setting.key] = _checked(setting, int(text) if number else text, file=setting.variable)
    return found


def _known(key: str, file: Path) -> Setting:
    if key not in BY_KEY:
        near = get_close_matches(key, BY_KEY, n=1, cutoff=0.5)
        raise Refusal(Code.UNKNOWN_SETTING, file=str(file), key=key, nearest=near[0] if near else ", ".join(BY_KEY))
    return BY_KEY[key]


def _checked(setting: Setting, value: Any, *, file: str) -> str | int:
    if not setting.accepts(value):
        raise _bad(setting, value, file=file)
    checked: str | int = value
    return checked


def _bad(setting: Setting, value: object, *, file: str) -> Refusal:
    return Refusal(Code.BAD_SETTING, file=file, key=setting.key, value=str(value), wanted=setting.wanted)
