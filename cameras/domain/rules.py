"""The numbers of the decision, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Every number of the decision. Seconds, shares, and lengths in sizes of the thing or of the actor."""

    suspect_after_s: float = 1.5
    """At rest for this long, with an actor: suspected."""
    hold_gone_s: float = 3.0
    """Unattended this long when the actor has left the picture."""
    at_end: float = 0.4
    """Of these, where a file ends and nothing more can be waited for."""
    hold_far_s: float = 4.0
    """Unattended this long when the actor is at least `far` of its own sizes away."""
    hold_near_s: float = 12.0
    """Unattended this long when the actor stays in view and closer than that."""
    near: float = 0.55
    away: float = 0.5
    apart: float = 1.0
    """Who stands still this far off is no longer beside it."""
    far: float = 1.5
    thrown: float = 0.6
    """Where nobody was near: whoever passed within so many of his sizes may have thrown it."""
    before_s: float = 2.5
    """An actor that was at the place this long before it came to rest may have left the thing."""
    after_s: float = 1.0
    flight_s: float = 2.0
    """What was thrown has been in the air for less than this, and has rolled."""
    as_thing: float = 1.5
    """A mover that stopped where the thing lies was the thing on its way, unless it was so much larger: then it was somebody with it."""
    unseen_s: float = 2.5
    """Not seen for this long with nobody in front: it went away."""
    no_actor_s: float = 25.0
    """Still here without any actor: not ours; the background takes it."""
    attended_s: float = 600.0
    smallest_share: float = 0.00035
    largest_share: float = 0.22
    largest_to_actor: float = 1.15
    """Longer side of the thing against the actor's: beyond it, it is the vehicle itself or a change of light."""
    lowest_arrival: float = 0.12
    """Of `Evidence.arrival`: below it something was taken away, or only the light plays."""
    sure_edge_gain: float = 0.25
    """An outline this much clearer than before arrived, even where it fits its surroundings: one more bag on a heap."""
    smeared: float = 0.6
    """Of `Evidence.sharp_before`: below it the memory of the place is smeared, and an outline is gained by its being seen again."""
    plain: tuple[float, float] = (0.6, 1.5)
    """Of `Evidence.sharp_now`: between them it is as detailed as what is around it."""
    fits: float = 0.05
    """Of `Evidence.strange`: below it the place fits its surroundings as well as before, or better."""
    smear_contrast: float = 35.0
    """A smear is the mean of its place: it differs from it by no more than the place's own pattern."""
    light_alike: float = 0.8
    light_texture: float = 6.0
    lowest_contrast: float = 15.0
    lowest_fill: float = 0.25
    largest_fill: float = 2.5
    """Above it the change has no outline of its own: it runs on far beyond the box."""
    pushed_alike: float = 0.82
    ridden: float = 1.1
    """Own heights a second: nobody walks as fast. Who came so fast, and was hardly wider than what stands there now, came on it."""
    ridden_wide: float = 1.4
    ridden_tall: float = 1.3
    ride_s: float = 3.0
    """How long before it came to rest the ride is looked for."""


RULES = Rules()
