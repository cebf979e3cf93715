"""HTTP as a browser of the node speaks it: one origin, the node's own CA, a cookie session, the header against forged requests."""

from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Any, Self

import httpx

WAIT_S = 30.0


class CallRefused(RuntimeError):
    """The node said no. Carries its closed code and facts."""

    def __init__(self, what: str, response: httpx.Response) -> None:
        body = response.json() if "json" in response.headers.get("content-type", "") else {}
        self.code = str(body.get("code", f"http.{response.status_code}"))
        self.facts = body.get("facts", {})
        super().__init__(f"{what}: {self.code} {self.facts}")


@dataclass(frozen=True)
class Node:
    """Where the node answers and whom to trust for it."""

    url: str
    ca: Path

    def tls(self) -> SSLContext:
        """A context that trusts the node's own CA and nobody else."""
        return create_default_context(cafile=str(self.ca))


class Caller:
    """A session of one person or device."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.http = httpx.Client(
            base_url=node.url, verify=node.tls(), timeout=WAIT_S, headers={"X-Dinh": "1", "Origin": node.url}, trust_env=False
        )

    @classmethod
    def signed_in(cls, node: Node, *, name: str, password: str) -> Self:
        """A person who has signed in. Raises CallRefused."""
        caller = cls(node)
        caller.post("/api/session", {"name": name, "password": password})
        return caller

    def get(self, path: str) -> Any:
        """The JSON answer, or CallRefused."""
        return self._answer("GET " + path, self.http.get(path))

    def post(self, path: str, body: object = None) -> Any:
        """The JSON answer, or CallRefused."""
        return self._answer("POST " + path, self.http.post(path, json=body if body is not None else {}))

    def put(self, path: str, body: object) -> Any:
        """The JSON answer, or CallRefused."""
        return self._answer("PUT " + path, self.http.put(path, json=body))

    def upload(self, path: str, *, pdf: bytes, title: str) -> Any:
        """Sends a PDF as a form, as the page does."""
        files = {"pdf": (f"{title}.pdf", pdf, "application/pdf")}
        return self._answer("POST " + path, self.http.post(path, files=files, data={"title": title}))

    def bytes_of(self, path: str) -> bytes:
        """A file from the node, or CallRefused."""
        response = self.http.get(path)
        if response.is_error:
            raise CallRefused("GET " + path, response)
        return response.content

    def cookie(self) -> str:
        """The Cookie header of this session, for a WebSocket."""
        return "; ".join(f"{key}={value}" for key, value in self.http.cookies.items())

    def close(self) -> None:
        """Drop the connections; the session stays with the node."""
        self.http.close()

    @staticmethod
    def _answer(what: str, response: httpx.Response) -> Any:
        if response.is_error:
            raise CallRefused(what, response)
        return response.json() if response.content else None
