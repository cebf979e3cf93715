"""Keys with which watchers sign their manifests: which there were, whose, and from when until when."""

import json
from datetime import datetime

from joserfc.jwk import ECKey
from sqlmodel import Session, col, select

from cameras.desk.signatures import SigningKey
from edge.devices.proof import stored
from edge.devices.tables import KeyRow
from edge.ports import Reader


def keep_key(session: Session, device: str, key: ECKey, now: datetime) -> None:
    """From now on this is the device's key; the one before it ends. The same key again changes nothing."""
    kid = key.thumbprint()
    if session.get(KeyRow, kid) is None:
        end_keys(session, device, now)
        session.add(KeyRow(kid=kid, device=device, jwk=stored(key), since=now))


def end_keys(session: Session, device: str, now: datetime) -> None:
    """What is signed from now on with a key of this device is not believed."""
    for row in session.exec(select(KeyRow).where(col(KeyRow.device) == device, col(KeyRow.until).is_(None))):
        row.until = now
        session.add(row)


def keys_of(session: Session) -> list[KeyRow]:
    """Every key there ever was, the oldest first."""
    return list(session.exec(select(KeyRow).order_by(col(KeyRow.since))))


def signing_key(reader: Reader, kid: str) -> SigningKey | None:
    """The key with this thumbprint."""
    with reader() as session:
        row = session.get(KeyRow, kid)
    return None if row is None else SigningKey(row.device, json.loads(row.jwk), row.since, row.until)
