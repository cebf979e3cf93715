"""How the house itself refuses: a closed code and facts. The sentence is made last, in the reader's language (edge/words)."""

from enum import StrEnum

from broker.messages.base import Facts


class Code(StrEnum):
    """What the node can refuse or fail at, apart from what the rooms know themselves."""

    DISK_FULL = "house.disk_full"
    STORAGE = "house.storage"
    CLOSING = "house.closing"
    NEWER_DATABASE = "node.newer_database"
    UNKNOWN_DATABASE = "node.unknown_database"
    DATABASE_UNREACHABLE = "node.database_unreachable"
    BAD_SETTING = "node.bad_setting"
    UNKNOWN_SETTING = "node.unknown_setting"
    BAD_SETTINGS_FILE = "node.bad_settings_file"
    PORT_IN_USE = "node.port_in_use"
    ALREADY_RUNNING = "node.already_running"
    NOT_RUNNING = "node.not_running"
    HOME_NOT_WRITABLE = "node.home_not_writable"
    CHILD_NOT_READY = "node.child_not_ready"
    BROKER_MISSING = "node.broker_missing"
    RESTORE_NOT_EMPTY = "node.restore_not_empty"
    BAD_BACKUP = "node.bad_backup"
    BACKUP_TARGET = "node.backup_target"
    NOT_A_FILE = "node.not_a_file"
    BAD_CERTIFICATE = "node.bad_certificate"


class Refusal(Exception):
    """The house refuses, or cannot. Nothing was changed."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


STATUS: dict[str, int] = {Code.DISK_FULL: 507, Code.STORAGE: 503, Code.CLOSING: 503}
"""HTTP status of the codes that can reach a browser."""
