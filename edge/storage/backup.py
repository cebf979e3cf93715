"""A backup is one tar file that a whole node can be made from again: database, documents, evidence, keys, settings.

1. The database is copied while the node runs: SQLite's own online backup, or every table of PostgreSQL in one snapshot.
2. Files are added after the database, so every file that a row names is there (files are written before their rows).
3. A manifest of SHA-256 sums comes last; then the whole file is read back and compared. Only then it gets its name.
The file holds the node's private keys: it is readable by its owner only, and belongs under lock and key.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from edge.errors import Code, Refusal
from edge.home import Home
from edge.settings import Settings
from edge.storage import tables_copy
from edge.storage.engine import Store, open_store
from edge.storage.migrate import current, migrate, revisions
from edge.storage.upgrade import upgrade

MANIFEST: Final = "manifest.json"
FORMAT: Final = "dinh-backup/1"
TABLES: Final = "tables.jsonl"
"""Content of a database that is no file, as JSON lines."""
KEPT: Final = ("data/documents", "data/evidence", "secrets", "tls", "watchers")
CHUNK: Final = 1 << 20

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all."""


@dataclass(frozen=True)
class Made:
    """A backup file: where, how large, how many files, and the database's revision."""

    file: Path
    size: int
    files: int
    revision: str


def back_up(settings: Settings, target: Path, progress: Progress | None = None) -> Made:
    """Make `target`; it must not exist. Raises Refusal, and leaves no half file behind."""
    if target.exists() or not target.parent.is_dir():
        raise Refusal(Code.BACKUP_TARGET, file=str(target))
    fresh = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".dinh-backup-") as folder:
            made = _write(settings, fresh, Path(folder), progress or _nobody)
        verify(fresh)
        fresh.rename(target)
    except OSError as error:
        raise Refusal(Code.BACKUP_TARGET, file=str(target), detail=error.strerror or str(error)) from None
    finally:
        fresh.unlink(missing_ok=True)
    settings.home.last_backup.write_text(datetime.now(UTC).isoformat(timespec="seconds"), "ascii")
    return Made(target, target.stat().st_size, *made)


def restore(file: Path, settings: Settings, progress: Progress | None = None) -> Made:
    """Make a home from a backup. The home must be empty, and so must a PostgreSQL database. Raises Refusal."""
    home = settings.home
    if home.path.exists() and any(home.path.iterdir()):
        raise Refusal(Code.RESTORE_NOT_EMPTY, home=str(home.path))
    manifest = verify(file)
    if manifest["revision"] not in revisions():
        raise Refusal(Code.NEWER_DATABASE, database=file.name, has=manifest["revision"], knows=revisions()[-1])
    store = open_store(settings.database)
    try:
        _demand_empty(store, settings)
        home.prepare()
        _unpack(file, home, progress or _nobody)
        _fill(store, home, manifest["revision"])
    finally:
        store.close()
    return Made(file, file.stat().st_size, len(manifest["sha256"]), manifest["revision"])


def verify(file: Path) -> dict[str, Any]:
    """The manifest, after every file was found whole. Raises Refusal naming the first that is not."""
    try:
        with tarfile.open(file) as tar:
            members = {member.name: member for member in tar if member.isfile()}
            manifest = json.loads(_read(tar, members.pop(MANIFEST)))
            if manifest.get("format") != FORMAT:
                raise Refusal(Code.BAD_BACKUP, file=str(file), detail=str(manifest.get("format")))
            for name, wanted in manifest["sha256"].items():
                if name not in members or _sum(tar, members[name]) != wanted:
                    raise Refusal(Code.BAD_BACKUP, file=str(file), detail=name)
    except (tarfile.TarError, OSError, KeyError, ValueError, EOFError) as error:
        raise Refusal(Code.BAD_BACKUP, file=str(file), detail=str(error)) from None
    found: dict[str, Any] = manifest
    return found


def _write(settings: Settings, fresh: Path, folder: Path, progress: Progress) -> tuple[int, str]:
    """Steps 1 to 3 without the reading back. Returns the number of files and the revision."""
    store = open_store(settings.database)
    try:
        revision = current(store)
        if revision is None:
            raise Refusal(Code.BACKUP_TARGET, file=str(fresh), detail=settings.home.path.name)
        database = _copy_database(store, settings.home, folder)
    finally:
        store.close()
    files = [database, *_files(settings.home)]
    total, done = sum(path.stat().st_size for _, path in files), 0
    sums: dict[str, str] = {}
    fresh.touch(0o600)
    with fresh.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        for name, path in files:
            sums[name] = _add(tar, name, path)
            done += path.stat().st_size
            progress(done, total)
        manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "revision": revision, "sha256": sums}
        _add_bytes(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    return len(sums), revision


def _copy_database(store: Store, home: Home, folder: Path) -> tuple[str, Path]:
    if not store.is_sqlite:
        copy = folder / TABLES
        with copy.open("w", encoding="utf-8") as stream:
            tables_copy.dump(store, stream)
        return TABLES, copy
    copy = folder / home.database.name
    with closing(sqlite3.connect(store.writer.url.database or "")) as live, closing(sqlite3.connect(copy)) as target:
        live.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return "data/dinh.db", copy


def _files(home: Home) -> Iterator[tuple[str, Path]]:
    found = [home.settings_file] + [path for part in KEPT for path in sorted((home.path / part).rglob("*"))]
    for path in found:
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(home.path).as_posix(), path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file; its SHA-256. A file that grows meanwhile is taken as long as it was."""
    with path.open("rb") as stream:
        info = tar.gettarinfo(arcname=name, fileobj=stream)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        tar.addfile(info, summed := _Summed(stream))
    return summed.digest.hexdigest()


class _Summed:
    """A stream that sums what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.digest.update(block)
        return block


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(member)
    return stream.read() if stream is not None else b""


def _sum(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    stream = tar.extractfile(member)
    while stream is not None and (block := stream.read(CHUNK)):
        digest.update(block)
    return digest.hexdigest()


def _unpack(file: Path, home: Home, progress: Progress) -> None:
    with tarfile.open(file) as tar:
        members = [member for member in tar if member.isfile() and member.name != MANIFEST]
        total, done = sum(member.size for member in members), 0
        for member in members:
            tar.extract(member, home.path, filter="data")
            (home.path / member.name).chmod(0o644 if member.name.endswith(".pem") else 0o600)
            done += member.size
            progress(done, total)


def _fill(store: Store, home: Home, revision: str) -> None:
    """Bring the database of the backup to where the settings say, and to this version."""
    lines = home.path / TABLES
    if lines.exists():
        upgrade(store, revision)
        with lines.open(encoding="utf-8") as stream:
            tables_copy.load(store, stream)
        lines.unlink()
        migrate(store)
        return
    if not store.is_sqlite or Path(store.writer.url.database or "") != home.database:
        shutil.move(home.database, home.path / "from-backup.db")
        _pour(home.path / "from-backup.db", store)
        return
    migrate(store)


def _pour(source: Path, store: Store) -> None:
    """From a SQLite file into another database: a node that moves to PostgreSQL."""
    old = open_store(f"sqlite:///{source}")
    try:
        migrate(old)
        migrate(store)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as stream:
            tables_copy.dump(old, stream)
            stream.seek(0)
            tables_copy.load(store, stream)
    finally:
        old.close()
    for rest in source.parent.glob(f"{source.name}*"):
        rest.unlink()


def _demand_empty(store: Store, settings: Settings) -> None:
    if not store.is_sqlite and current(store) is not None:
        raise Refusal(Code.RESTORE_NOT_EMPTY, home=settings.home.path.name)


def _nobody(_done: int, _total: int) -> None:
    """Nobody watches."""
