"""The node's own certificate authority and certificate: HTTPS without anybody outside the commune."""

from edge.tls.authority import Material, ends_at, ensure, fingerprint
from edge.tls.names import NAME, local_names, network_addresses

__all__ = ["NAME", "Material", "ends_at", "ensure", "fingerprint", "local_names", "network_addresses"]
