"""Mosquitto as our own child: a generated configuration in our folder, never the distribution's.

Written for 2.0.11 (Debian 12) and later 2.x. Passwords are PBKDF2-SHA512 in Mosquitto's own `$7$` format. 101 iterations, its
default, are enough: what they protect are 256 random bits, not a person's password.
"""

import base64
import hashlib
import os
import pwd
import secrets
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

from broker.access import RIGHTS
from broker.engines import Address, Credential
from broker.engines.files import write_private
from broker.rights import USER, Right

BINARY = Path("/usr/sbin/mosquitto")
CONFIGURATION, PASSWORDS, ACCESS = "mosquitto.conf", "passwords", "access"
ITERATIONS = 101
SALT_BYTES = 12
"""Mosquitto 2.0 reads exactly this many."""

_CONFIGURATION = """\
# Generated. Changes here are lost.
# One listener, on loopback only. No WebSocket listener: 2.0.11 ignores its bind address and listens everywhere.
listener {port} {host}
user {account}
allow_anonymous false
password_file {folder}/{passwords}
acl_file {folder}/{access}
# The client id is the user, so nobody can take over another one's session.
use_username_as_clientid true
# Without these two, what waits for an absent client is lost on kill -9.
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
max_packet_size 655360
max_connections 5000
# As many asks as one commit of the desk takes: it acknowledges after the commit.
max_inflight_messages 512
max_queued_messages 10000
max_queued_bytes 33554432
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""


class MosquittoEngine:
    """For a commune that has Mosquitto installed, or wants it."""

    name = "mosquitto"

    def __init__(self, folder: Path, port: int, binary: Path = BINARY) -> None:
        self._folder = folder
        self._binary = binary
        self.address = Address("127.0.0.1", port)

    def write(self, credentials: Iterable[Credential]) -> None:
        known = list(credentials)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._folder / ACCESS, "\n".join(line for one in known for line in _access(one)) + "\n")
        write_private(self._folder / PASSWORDS, "".join(f"{one.user}:{_hashed(one.password)}\n" for one in known))
        write_private(self._folder / CONFIGURATION, self._configuration())

    def command(self) -> list[str]:
        return [str(self._binary), "-c", str(self._folder / CONFIGURATION)]

    def reload(self, pid: int) -> None:
        os.kill(pid, signal.SIGHUP)

    def _configuration(self) -> str:
        """`user`: started as root it would become another account, which cannot read our folder."""
        return _CONFIGURATION.format(
            host=self.address.host,
            port=self.address.port,
            account=pwd.getpwuid(os.geteuid()).pw_name,
            folder=self._folder.resolve(),
            passwords=PASSWORDS,
            access=ACCESS,
        )


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _access(one: Credential) -> Iterator[str]:
    """The user's section of the access file. Mosquitto knows no roles, so every user gets its role's rights written out."""
    yield f"user {one.user}"
    for right in RIGHTS[one.role].rules:
        yield f"topic {_verb(right)} {right.pattern.replace(USER, one.user)}"


def _verb(right: Right) -> str:
    if right.publish and right.receive:
        return "readwrite"
    return "write" if right.publish else "read"
