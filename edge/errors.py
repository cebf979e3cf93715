"""How the house itself refuses: a closed code and facts. The sentence is made last, in the reader's language (edge/words)."""

from enum import StrEnum

from broker.messages.base import Facts


class Code(StrEnum):
    """What the node can refuse or fail at, apart from what the rooms know themselves."""

    DISK_FULL = "house.disk_full"
    STORAGE = "house.storage"
    CLOSING = "house.closing"
    NEWER_DATABASE = "house.newer_database"
    UNKNOWN_DATABASE = "house.unknown_database"
    DATABASE_UNREACHABLE = "house.database_unreachable"
    BAD_SETTING = "house.bad_setting"
    UNKNOWN_SETTING = "house.unknown_setting"
    BAD_SETTINGS_FILE = "house.bad_settings_file"
    PORT_IN_USE = "house.port_in_use"
    ALREADY_RUNNING = "house.already_running"
    NOT_RUNNING = "house.not_running"
    HOME_NOT_WRITABLE = "house.home_not_writable"
    CHILD_NOT_READY = "house.child_not_ready"
    BROKER_MISSING = "house.broker_missing"
    RESTORE_NOT_EMPTY = "house.restore_not_empty"
    BAD_BACKUP = "house.bad_backup"
    BACKUP_TARGET = "house.backup_target"
    NOT_A_FILE = "house.not_a_file"
    BAD_CERTIFICATE = "house.bad_certificate"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The house refuses, or cannot. Nothing was changed."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


STATUS: dict[str, int] = {Code.DISK_FULL: 507, Code.STORAGE: 503, Code.CLOSING: 503}
"""HTTP status of the codes that can reach a browser."""
