"""How much of everything one broker allows, and what it counts when it refuses or drops."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds. Every one that drops something has a counter."""

    connect_s: float = 10.0
    """From the TCP connection to a complete CONNECT."""
    stall_s: float = 30.0
    """A client that takes nothing from a full write buffer for so long is cut."""
    packet_before: int = 4 * KIB
    packet_after: int = 640 * KIB
    connections: int = 5000
    newcomers: int = 256
    """Connections that have not yet shown who they are."""
    inflight: int = 512
    """QoS 1 messages sent to one client and not yet acknowledged. The desk acknowledges after its commit, so this is also the most asks that
    can share one: 20, as brokers often allow, held a hall of a thousand to 280 ballots a second."""
    queue_messages: int = 10_000
    queue_bytes: int = 32 * MIB
    """Waiting for one session, online or not."""
    write_buffer: int = MIB
    """What waits to be sent to one client, before QoS 1 waits in its session and QoS 0 is dropped: two of the largest snapshots."""
    gather_s: float = 0.02
    """What is written to a client so soon after the last time is gathered for as long: who is told much is woken for many messages at once."""
    gather_bytes: int = 64 * KIB
    """So much is written at once all the same."""
    replies: int = 1000
    """Acknowledgements of one client that wait for the disk; then it is not read any more."""
    subscriptions: int = 200
    levels: int = 8
    retained_messages: int = 10_000
    retained_bytes: int = 32 * MIB
    unwritten_bytes: int = 32 * MIB
    """What may wait for a disk that does not take it; then publishers are cut instead of acknowledged."""


@dataclass(slots=True)
class Counters:
    """What happened, since the start. Only ever grows."""

    connected: int = 0
    refused: int = 0
    """CONNECT answered with a code other than 0."""
    malformed: int = 0
    oversize: int = 0
    too_late: int = 0
    """No CONNECT in time, or silence for 1.5 times the keep-alive."""
    too_many: int = 0
    stalled: int = 0
    taken_over: int = 0
    cut: int = 0
    """Connections ended because the credential was withdrawn or changed."""
    denied_publish: int = 0
    denied_subscribe: int = 0
    denied_receive: int = 0
    denied_will: int = 0
    dropped_qos0: int = 0
    dropped_queue: int = 0
    dropped_retained: int = 0
    refused_by_disk: int = 0
    store_errors: int = 0
    received: int = 0
    delivered: int = 0


def worth_a_line(count: int) -> bool:
    """True for the first hundred events of a kind and then ever more rarely: nobody may fill the disk by being refused."""
    return count <= 100 or count & (count - 1) == 0
