"""The private key of a secret vote: one file in the node's home, readable by its owner only, there while the vote is open.

1 made before the opening, on disk (file and folder synced) before the paper with its public half is
2 spent when the vote has closed: overwritten with random bytes, synced, cut to nothing; the empty name says that what the storage
  keeps of the open box is still to be rewritten
3 unlinked when that is done

What this does on a magnetic disk it cannot promise on flash: an SSD or SD card may write the random bytes elsewhere and keep the old
ones until it needs the room. Whoever then reads the bare chips gets a key that signed blinded messages and could sign more; no
ballot is linked to a voter by it, and the log of that vote is closed. A backup never takes this folder.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from meeting.domain.errors import Code, Refusal
from meeting.secret.blind import make_key

SUFFIX = ".ballot-key"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class KeyFolder:
    """The folder of the keys. A key is named by its meeting and motion."""

    folder: Path
    loaded: dict[tuple[str, str], RSAPrivateKey] = field(default_factory=dict, compare=False, repr=False)
    """Keys of open votes, read once: OpenSSL proves a key for longer than a signature takes."""

    def path(self, meeting: str, motion: str) -> Path:
        return self.folder / f"{meeting}.{motion}{SUFFIX}"

    def make(self, meeting: str, motion: str) -> RSAPrivateKey:
        """The key of this vote: a fresh one, on disk when this returns, or the one that an opening which failed has left."""
        with suppress(Refusal):
            return self.load(meeting, motion)
        key, file = make_key(), self.path(meeting, motion)
        raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(raw)
                stream.flush()
                os.fsync(stream.fileno())
            _sync(self.folder)
        except OSError as error:
            if error.errno in FULL:
                raise Refusal(Code.DISK_FULL) from None
            raise
        return key

    def load(self, meeting: str, motion: str) -> RSAPrivateKey:
        """The key of an open vote. Refused when it is not here: no token can be given out any more."""
        if (known := self.loaded.get((meeting, motion))) is not None:
            return known
        try:
            key = load_der_private_key(self.path(meeting, motion).read_bytes(), None)
        except (OSError, ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise Refusal(Code.SECRET_KEY_LOST, motion=motion)
        return self.loaded.setdefault((meeting, motion), key)

    def spend(self, meeting: str, motion: str) -> None:
        """Overwrite the key and cut its file to nothing. The name stays until `forget`."""
        self.loaded.pop((meeting, motion), None)
        with suppress(FileNotFoundError), self.path(meeting, motion).open("r+b") as stream:
            length = os.fstat(stream.fileno()).st_size
            stream.write(secrets.token_bytes(length))
            stream.flush()
            os.fsync(stream.fileno())
            stream.truncate(0)
            os.fsync(stream.fileno())

    def forget(self, meeting: str, motion: str) -> None:
        """Take the name away."""
        self.path(meeting, motion).unlink(missing_ok=True)
        if self.folder.is_dir():
            _sync(self.folder)

    def kept(self) -> Iterator[tuple[str, str]]:
        """(meeting, motion) of every file that is here, spent or not."""
        for file in sorted(self.folder.glob(f"*{SUFFIX}")):
            meeting, _, motion = file.name.removesuffix(SUFFIX).partition(".")
            yield meeting, motion


def _sync(folder: Path) -> None:
    """So that a name, or its going, survives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
