"""Names of the node's children."""

from typing import Final

BROKER: Final = "broker"
DESK: Final = "desk"
WATCHER: Final = "watcher-1"
"""The watcher on this machine; its name is also its device id."""
