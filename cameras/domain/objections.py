"""What the pixels of one thing, and the way in which it came, say against it."""

import math

from cameras.domain.geometry import Box, cover
from cameras.domain.rules import RULES, Rules
from cameras.domain.scene import Evidence, Look
from cameras.domain.sightings import Suspect, Why
from cameras.domain.tracks import Track

STRIDE_S = 0.6
"""Speed is measured over so long: over less, a box that trembles is fast."""


def objection(suspect: Suspect, evidence: Evidence, look: Look, rules: Rules = RULES) -> Why | None:
    """Why the pixels speak against this suspect, or None. The first that holds, from the surest to the weakest."""
    share = suspect.box.area / (look.width * look.height)
    faint = share < rules.smallest_share or evidence.contrast < rules.lowest_contrast or evidence.fill < rules.lowest_fill
    only_light = evidence.alike > rules.light_alike and evidence.texture > rules.light_texture
    objections = (
        (share > rules.largest_share, Why.TOO_LARGE),
        (evidence.arrival < rules.lowest_arrival and evidence.edge_gain < rules.sure_edge_gain, Why.REMOVED),
        (_only_seen_again(evidence, rules), Why.REMOVED),
        (faint, Why.FAINT),
        (only_light or evidence.fill > rules.largest_fill, Why.LIGHT),
        (evidence.moved_from > rules.pushed_alike, Why.PUSHED_ASIDE),
        (any(_rode(track, suspect, rules) for track in suspect.carriers.values()), Why.PARKED),
        (suspect.box.side > rules.largest_to_actor * suspect.actor_size, Why.ACTOR),
    )
    return next((why for holds, why in objections if holds), None)


def _only_seen_again(evidence: Evidence, rules: Rules) -> bool:
    """Somebody stood there for so long that the memory of the place became a smear of him and it. He went, and what is there is the place."""
    least, most = rules.plain
    as_around = evidence.strange < rules.fits and least < evidence.sharp_now < most
    return evidence.sharp_before < rules.smeared and as_around and evidence.contrast < rules.smear_contrast


def _rode(track: Track, suspect: Suspect, rules: Rules) -> bool:
    """It came riding on what stands there now: a bicycle or a motorcycle that was parked."""
    ride = [(at, box) for at, box in track.path if suspect.since - rules.ride_s <= at <= suspect.since + rules.after_s]
    ride = [(at, box) for at, box in ride if _could_ride(box, suspect.box, rules)]
    if not any(cover(suspect.box, box) > 0.7 for _, box in ride):
        return False
    pairs = ((one, next((later for later in ride if later[0] - one[0] >= STRIDE_S), None)) for one in ride)
    return any(later is not None and _pace(one, later) > rules.ridden for one, later in pairs)


def _could_ride(mover: Box, thing: Box, rules: Rules) -> bool:
    """Somebody sits on it: hardly wider, and taller. A thing in the air is neither."""
    return mover.width <= rules.ridden_wide * thing.width and mover.height >= rules.ridden_tall * thing.height


def _pace(one: tuple[float, Box], later: tuple[float, Box]) -> float:
    """Heights a second, of the taller of the two boxes."""
    (x0, y0), (x1, y1) = one[1].centre, later[1].centre
    return math.hypot(x1 - x0, y1 - y0) / max(one[1].height, later[1].height, 1.0) / (later[0] - one[0])
