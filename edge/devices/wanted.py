"""The configuration that a device should have: made from profile, groups and own settings; a watcher's from its cameras.

A revision grows exactly when the canonical configuration changes, so a rollback is a new revision with old content.
"""

import hashlib
import json
from typing import Any

from sqlmodel import Session, col, select

from broker.envelope import canonical
from broker.messages.devices import Desired
from broker.sealing import seal
from broker.topics import DESIRED
from edge.devices.parts import DeviceParts
from edge.devices.tables import CameraRow, DeviceRow
from edge.ports import Entry


class Wanted:
    """Computes, signs and publishes desired configurations."""

    def __init__(self, parts: DeviceParts) -> None:
        self.parts = parts

    def configuration(self, session: Session, row: DeviceRow) -> dict[str, Any]:
        """The whole configuration. A watcher's holds camera addresses with their passwords: for the watcher alone."""
        settings = self.parts.catalogue.resolve(row.profile, kind=row.kind, groups=row.groups.split(), own=json.loads(row.settings))
        if row.kind == "watcher":
            cameras = session.exec(
                select(CameraRow).where(col(CameraRow.holder) == row.id, col(CameraRow.ended_at).is_(None)).order_by(col(CameraRow.id))
            )
            return {"settings": settings, "cameras": [self._camera(camera) for camera in cameras], **self.parts.heads(session)}
        return {"settings": settings, "meeting": row.meeting, "seat": row.seat, "name": row.name}

    def shown(self, session: Session, row: DeviceRow) -> dict[str, Any]:
        """The configuration as a person may see it: no camera password, no numbers of a network."""
        configuration = {key: value for key, value in self.configuration(session, row).items() if key != "heads"}
        for camera in configuration.get("cameras", ()):
            found = session.get(CameraRow, camera["id"])
            camera["url"] = found.shown if found else ""
        return configuration

    def refresh(self, entry: Entry, row: DeviceRow) -> None:
        """Raise the revision when the configuration is another one, and publish it after the commit."""
        if row.state != "accepted":
            return
        configuration = self.configuration(entry.session, row)
        digest = hashlib.sha256(canonical(configuration)).hexdigest()
        if digest == row.wanted_sha256:
            return
        row.revision, row.wanted_sha256 = row.revision + 1, digest
        entry.session.add(row)
        message, device = self._message(row, configuration), row.id
        entry.after(lambda: self.parts.air.publish(DESIRED, message, device=device))

    def announce(self, session: Session, row: DeviceRow) -> None:
        """Publish the revision that stands in the database (after a start or a reconnect)."""
        if row.state == "accepted" and row.revision > 0:
            self.parts.air.publish(DESIRED, self._message(row, self.configuration(session, row)), device=row.id)

    def _message(self, row: DeviceRow, configuration: dict[str, Any]) -> Desired:
        sent = self._sealed(row, configuration)
        return Desired(revision=row.revision, configuration=sent, signature=self.parts.vault.sign(row.id, row.revision, sent))

    def _sealed(self, row: DeviceRow, configuration: dict[str, Any]) -> dict[str, Any]:
        """As it goes over the air: addresses of cameras open for their watcher alone."""
        if "cameras" not in configuration:
            return configuration
        password = self.parts.vault.password(row.id, row.generation)
        sealed = [
            {key: value for key, value in camera.items() if key != "url"}
            | {"sealed_url": seal(camera["url"], password=password, of=camera["id"])}
            for camera in configuration["cameras"]
        ]
        return {**configuration, "cameras": sealed}

    def _camera(self, row: CameraRow) -> dict[str, Any]:
        return {
            "id": row.id,
            "name": row.name,
            "url": self.parts.vault.unseal(row.sealed, of=row.id),
            "zones": json.loads(row.zones),
            "masks": json.loads(row.masks),
            "enabled": row.enabled,
            "fence": row.fence,
        }
