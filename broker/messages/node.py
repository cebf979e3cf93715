"""The node's own words."""

from pydantic import AwareDatetime

from broker.identity import Id
from broker.messages.base import Message


class Birth(Message):
    """Retained. The node has (re)started: devices announce themselves again, tablets repeat what is unanswered."""

    session: Id
    at: AwareDatetime
    version: str
