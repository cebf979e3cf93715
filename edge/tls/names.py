"""Every name and address that this machine answers to."""

import ipaddress
import socket
from collections.abc import Sequence

import psutil

NAME = "dinh.local"
"""The node's name on the local network (multicast DNS)."""


def local_names(extra: Sequence[str] = ()) -> list[str]:
    """For the certificate: dinh.local, host name, localhost, loopback and all addresses."""
    found = {NAME, "localhost", "127.0.0.1", "::1", *extra, *_addresses()}
    host = socket.gethostname()
    if host.isascii() and len(host) <= 63:
        found |= {host, f"{host}.local"} if "." not in host else {host}
    return sorted(found)


def network_addresses() -> list[str]:
    """Addresses by which other machines reach this one: IPv4, neither loopback nor link-local."""
    found = [ipaddress.ip_address(address) for address in _addresses()]
    reachable = [one for one in found if one.version == 4 and not (one.is_loopback or one.is_link_local)]
    return [str(one) for one in sorted(reachable, key=int)]


def _addresses() -> set[str]:
    families = {socket.AF_INET, socket.AF_INET6}
    every = [one for addresses in psutil.net_if_addrs().values() for one in addresses if one.family in families]
    return {one.address for one in every if "%" not in one.address}
