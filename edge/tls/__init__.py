"""The node's own certificate authority and certificate: HTTPS without anybody outside the commune."""

from edge.tls.authority import Material, ends_at, ensure, local_names

__all__ = ["Material", "ends_at", "ensure", "local_names"]
