"""Who may speak on the air: device ids, key ids and roles."""

import re
from enum import StrEnum
from typing import Annotated, NewType

from pydantic import StringConstraints

ID_PATTERN = r"^[a-z0-9_-]{1,40}$"
"""Ids that every broker carries in a topic level: no space, dot, wildcard or accented letter (MQTT 3.1.1, 4.7)."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
DeviceId = NewType("DeviceId", str)
KeyId = NewType("KeyId", str)
"""RFC 7638 thumbprint (SHA-256, base64url without padding) of a public JWK."""

NODE = DeviceId("node")
"""The user name of the desk itself: the only identity that may publish snapshots, desired states and answers."""


class Role(StrEnum):
    """What an identity is on the wire. Accounts of people have roles of their own (edge/accounts)."""

    NODE = "node"
    TABLET = "tablet"
    KEYPAD = "keypad"
    """Three keys at a seat: votes and nothing else, so it reads the motion and asks, and hears no more of the meeting."""
    SCREEN = "screen"
    WATCHER = "watcher"
    DEVICE = "device"
    """A room device that is only configured: a camera, a siren, a seat unit."""


def is_id(text: str) -> bool:
    """True when `text` can stand as one topic level on every broker we support."""
    return re.fullmatch(ID_PATTERN, text) is not None
