"""The embedded broker with a policy that lets everybody do everything, for interoperability suites that know no accounts.

`python -m tests.broker.open_broker FOLDER PORT [LIMITS]`, limits as a JSON object. Exists only here; the engine itself has no such switch.
"""

import asyncio
import json
import logging
import secrets
import sys
from pathlib import Path

from broker.engines.embedded.gate import Identity
from broker.engines.embedded.limits import Limits
from broker.engines.embedded.packets import BAD_CLIENT, Connect
from broker.engines.embedded.server import serve
from broker.rights import Right, Rights

EVERYTHING = Rights((Right("test/nosubscribe", publish=True), Right("#", publish=True, retain=True, receive=True)), wildcards=True)


class _AlmostEverything(Rights):
    """`test/nosubscribe` is what the Paho suite expects to be refused."""

    def may_subscribe(self, user: str, wanted: str) -> bool:  # noqa: ARG002 - the same for all
        return wanted != "test/nosubscribe"


class OpenGate:
    """Whoever comes is who it says; without a name it gets one, if it wants to be forgotten afterwards (3.1.3-7)."""

    def __init__(self) -> None:
        self._known: dict[str, Identity] = {}

    def reload(self) -> None:
        pass

    def current(self, client: str) -> Identity | None:
        return self._known.get(client)

    def admit(self, packet: Connect) -> Identity | int:
        if not packet.client and not packet.clean:
            return BAD_CLIENT
        client = packet.client or secrets.token_hex(8)
        self._known[client] = Identity(client, _AlmostEverything(EVERYTHING.rules, wildcards=True))
        return self._known[client]


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.INFO)
    limits = Limits(**json.loads(sys.argv[3] if len(sys.argv) > 3 else "{}"))
    asyncio.run(serve(OpenGate(), folder, host="127.0.0.1", port=port, limits=limits))


if __name__ == "__main__":
    main()
