"""Why the camera room says no. The sentence is made last, in the reader's language, from the code and its facts."""

from enum import StrEnum

Facts = dict[str, str | int | float | bool | None]


class Code(StrEnum):
    """Closed list. `camera.*` is about a stream or a file, `sighting.*` about evidence, `house.*` about the machine."""

    FILE_MISSING = "camera.file_missing"
    FILE_EMPTY = "camera.file_empty"
    NOT_A_VIDEO = "camera.not_a_video"
    NO_PICTURE = "camera.no_picture"
    """It opens as a video, but not one picture could be decoded."""
    PARTLY_BROKEN = "camera.partly_broken"
    """A finding, not a refusal: what was readable was watched."""
    ENDED = "camera.ended"
    REFUSED = "camera.refused"
    UNAUTHORISED = "camera.unauthorised"
    NOT_FOUND = "camera.not_found"
    UNREACHABLE = "camera.unreachable"
    TIMEOUT = "camera.timeout"
    STREAM_LOST = "camera.stream_lost"
    BAD_ADDRESS = "camera.bad_address"
    CODEC_CHANGED = "camera.codec_changed"
    NOT_REMUXED = "sighting.not_remuxed"
    """The MP4 container does not take this codec; the sighting goes out with its pictures alone."""
    CLIP_BEGINS_LATE = "sighting.clip_begins_late"
    CLIP_ENDS_EARLY = "sighting.clip_ends_early"
    NO_MODEL = "sighting.no_model"
    """No weights are installed: the scene's rules alone decided."""
    DISK_FULL = "house.disk_full"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the program
    """A clear no. `code` is closed; `facts` are plain values that fill the sentence; neither ever holds a password."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Facts = dict(facts)

    def __str__(self) -> str:
        return f"{self.code.value} {self.facts}"
