"""The node's home: one folder that holds everything it must not forget. Copy it, and you have copied the node."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.errors import Code, Refusal

SECRET_BYTES = 32


@dataclass(frozen=True)
class Home:
    """Paths of the home. `prepare` makes the folders; nothing else here touches the disk except `secret`."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """What the operator writes."""
        return self.path / "dinh.toml"

    @property
    def data(self) -> Path:
        """Database and files that a backup takes."""
        return self.path / "data"

    @property
    def database(self) -> Path:
        """The SQLite file, when no other database is set."""
        return self.data / "dinh.db"

    @property
    def documents(self) -> Path:
        """PDF documents of the meetings."""
        return self.data / "documents"

    @property
    def evidence(self) -> Path:
        """Clips and pictures of sightings."""
        return self.data / "evidence"

    @property
    def tls(self) -> Path:
        """The node's CA and certificate."""
        return self.path / "tls"

    @property
    def broker(self) -> Path:
        """The broker's own files: credentials, retained messages, queues."""
        return self.path / "broker"

    @property
    def secrets(self) -> Path:
        """Keys that are made once, 32 random bytes each."""
        return self.path / "secrets"

    @property
    def ballot_keys(self) -> Path:
        """Keys of secret votes, one file while a vote is open. No backup takes them: a copy could fill the box."""
        return self.path / "ballot-keys"

    @property
    def run(self) -> Path:
        """What is true only while the node runs; safe to delete when it does not."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One log per child."""
        return self.path / "logs"

    @property
    def last_backup(self) -> Path:
        """Holds when this node was last backed up."""
        return self.path / "last-backup"

    def backed_up_at(self) -> datetime | None:
        """When this node was last backed up, UTC; None when it never was."""
        try:
            return datetime.fromisoformat(self.last_backup.read_text("ascii").strip())
        except (FileNotFoundError, ValueError):
            return None

    def watcher(self, device: str) -> Path:
        """Spool and password file of a watcher that runs on this machine."""
        return self.path / "watchers" / device

    def prepare(self) -> None:
        """Make the folders, for the owner's eyes only. Raises Refusal when that is not allowed."""
        try:
            for folder in (self.path, self.data, self.documents, self.evidence, self.tls, self.broker, self.secrets, self.run, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(Code.HOME_NOT_WRITABLE, folder=str(self.path), detail=error.strerror or str(error)) from None

    def secret(self, name: str) -> bytes:
        """The 32 bytes called `name`; made on first use, on disk before they are used."""
        file = self.secrets / name
        try:
            return file.read_bytes()
        except FileNotFoundError:
            write_private(file, secrets.token_bytes(SECRET_BYTES))
            return file.read_bytes()


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and on disk when this returns."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
