"""The picture of the act: somebody at the place, kept for as long as the thing is suspected."""

from collections.abc import Iterable, Sequence

from cameras.domain.geometry import gap
from cameras.domain.sightings import State, Suspect
from cameras.watch.album import Album, Kept, covered, opened
from cameras.watch.layers import Picture
from cameras.watch.veil import Veil


class Acts:
    """One picture for each suspect, out of the album before it forgets."""

    def __init__(self, album: Album) -> None:
        self._album = album
        self._kept: dict[int, Kept] = {}

    def keep(self, suspects: Iterable[Suspect]) -> None:
        """Once somebody is suspected: the picture nearest to the act."""
        for suspect in suspects:
            wanted = _act_time(suspect)
            kept = self._kept.get(suspect.id)
            if suspect.state is State.SUSPECTED and (kept is None or abs(kept[0] - wanted) > 0.3):
                best = self._album.nearest(wanted)
                if best is not None and (kept is None or abs(best[0] - wanted) < abs(kept[0] - wanted)):
                    self._kept[suspect.id] = best

    def of(self, suspect: Suspect, otherwise: Picture) -> tuple[Picture, float]:
        """The picture and when it was taken, seconds of the stream; `otherwise` where none of its size was kept."""
        kept = self._kept.get(suspect.id)
        if kept is None:
            return otherwise, suspect.since
        picture = opened(kept[1])
        return (picture if picture.shape == otherwise.shape else otherwise), kept[0]

    def cover(self, veil: Veil) -> None:
        """Paint the masks over what is kept."""
        self._kept = {suspect: (at, covered(kept, veil)) for suspect, (at, kept) in self._kept.items()}

    def forget(self, suspect: Suspect) -> None:
        """It is settled."""
        self._kept.pop(suspect.id, None)


def _act_time(suspect: Suspect) -> float:
    """The moment, near the put-down, when an actor was closest to the place."""
    near: Sequence[tuple[float, float, float]] = [
        (gap(box, suspect.box) / max(track.size, 1.0), abs(at - suspect.since), at)
        for track in suspect.carriers.values()
        for at, box in track.path
        if suspect.since - 3.0 <= at <= suspect.since + 2.0
    ]
    return min(near)[2] if near else suspect.since
