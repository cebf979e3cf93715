"""What the pixels of one thing say against it."""

from cameras.domain.rules import RULES, Rules
from cameras.domain.scene import Evidence, Look
from cameras.domain.sightings import Suspect, Why


def objection(suspect: Suspect, evidence: Evidence, look: Look, rules: Rules = RULES) -> Why | None:
    """Why the pixels speak against this suspect, or None. The first that holds, from the surest to the weakest."""
    share = suspect.box.area / (look.width * look.height)
    faint = share < rules.smallest_share or evidence.contrast < rules.lowest_contrast or evidence.fill < rules.lowest_fill
    only_light = evidence.alike > rules.light_alike and evidence.texture > rules.light_texture
    objections = (
        (share > rules.largest_share, Why.TOO_LARGE),
        (evidence.arrival < rules.lowest_arrival and evidence.edge_gain < rules.sure_edge_gain, Why.REMOVED),
        (faint, Why.FAINT),
        (only_light or evidence.fill > rules.largest_fill, Why.LIGHT),
        (evidence.moved_from > rules.pushed_alike, Why.PUSHED_ASIDE),
        (suspect.box.side > rules.largest_to_actor * suspect.actor_size, Why.ACTOR),
    )
    return next((why for holds, why in objections if holds), None)
