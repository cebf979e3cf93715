"""Every state-changing request of a known person is told to the audit log, whatever room answered it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.accounts.person import Person
from edge.http.guard import SAFE_METHODS

QUIET: Final = ("/api/session", "/api/accounts", "/api/devices", "/api/enrol", "/api/cameras", "/api/evidence/")
"""People, devices and cameras write their own rows, in the commit of the change; evidence comes from watchers."""


@dataclass(frozen=True)
class Deed:
    """What a person asked the node to change, and how it was answered."""

    person: Person
    method: str
    path: str
    status: int


DeedSink = Callable[[Deed], None]


class Deeds:
    """ASGI middleware. The right that let the request pass has left the person in the request's state."""

    def __init__(self, app: ASGIApp, *, sink: DeedSink) -> None:
        self.app, self.sink = app, sink

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or scope["path"].startswith(QUIET):
            await self.app(scope, receive, send)
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message["status"])
            await send(message)

        scope.setdefault("state", {})
        await self.app(scope, receive, sender)

    def _tell(self, scope: Scope, status: int) -> None:
        person = scope["state"].get("person")
        if isinstance(person, Person):
            self.sink(Deed(person, scope["method"], scope["path"], status))
