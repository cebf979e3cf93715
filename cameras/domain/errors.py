"""How the camera room refuses: a closed code and facts. The sentence is made last, in the reader's language."""

from collections.abc import Mapping
from enum import StrEnum

Facts = Mapping[str, str | int | float | bool | None]


class Code(StrEnum):
    """Everything the camera room can refuse or miss."""

    NO_SUCH_SIGHTING = "cameras.no_such_sighting"
    NO_SUCH_FILE = "cameras.no_such_file"
    ALREADY_JUDGED = "cameras.already_judged"
    CHANGED_MEANWHILE = "cameras.changed_meanwhile"
    REASON_NEEDED = "cameras.reason_needed"
    REASON_UNWANTED = "cameras.reason_unwanted"
    NOTHING_TO_UNDO = "cameras.nothing_to_undo"
    NOT_YOURS = "cameras.not_yours"
    TOO_LATE = "cameras.too_late"
    NOT_REPORTED = "cameras.not_reported"

    MALFORMED = "cameras.malformed"
    FOREIGN_TOPIC = "cameras.foreign_topic"
    UNKNOWN_CAMERA = "cameras.unknown_camera"
    EVIDENCE_MISSING = "cameras.evidence_missing"
    EVIDENCE_DIFFERS = "cameras.evidence_differs"
    OTHER_SIGHTING = "cameras.other_sighting"

    BAD_NAME = "cameras.bad_name"
    DIGEST_NEEDED = "cameras.digest_needed"
    DIGEST_WRONG = "cameras.digest_wrong"
    OTHER_CONTENT = "cameras.other_content"
    TOO_LARGE = "cameras.too_large"
    DISK_FULL = "cameras.disk_full"
    EVIDENCE_ALTERED = "cameras.evidence_altered"
    LINK_EXPIRED = "cameras.link_expired"
    LINK_FOREIGN = "cameras.link_foreign"

    DATASET = "cameras.dataset"
    FILE_MISSING = "cameras.file_missing"
    FILE_EMPTY = "cameras.file_empty"
    NOT_A_VIDEO = "cameras.not_a_video"
    NO_PICTURE = "cameras.no_picture"
    PARTLY_BROKEN = "cameras.partly_broken"
    STREAM_ENDED = "cameras.stream_ended"
    STREAM_LOST = "cameras.stream_lost"
    STREAM_CHANGED = "cameras.stream_changed"
    SILENT = "cameras.silent"
    SLOW = "cameras.slow"
    FROZEN = "cameras.frozen"
    SWAPPED = "cameras.swapped"
    GARBAGE = "cameras.garbage"
    TIME_JUMPED = "cameras.time_jumped"
    CLOCK_OFF = "cameras.clock_off"
    FILE_SKIPPED = "cameras.file_skipped"
    FOLDER_EMPTY = "cameras.folder_empty"
    PUT_ASIDE = "cameras.put_aside"
    REFUSED = "cameras.refused"
    UNAUTHORISED = "cameras.unauthorised"
    NOT_FOUND = "cameras.not_found"
    UNREACHABLE = "cameras.unreachable"
    TIMEOUT = "cameras.timeout"
    BAD_ADDRESS = "cameras.bad_address"
    NOT_REMUXED = "cameras.not_remuxed"
    CLIP_BEGINS_LATE = "cameras.clip_begins_late"
    CLIP_HAS_GAPS = "cameras.clip_has_gaps"
    LONG_GOP = "cameras.long_gop"
    NO_KEYFRAMES = "cameras.no_keyframes"
    INTRA_REFRESH = "cameras.intra_refresh"
    GATE_WEAK = "cameras.gate_weak"
    FEWER_LOOKS = "cameras.fewer_looks"
    KEYFRAMES_ONLY = "cameras.keyframes_only"
    NO_MODEL = "cameras.no_model"
    HEAD_REFUSED = "cameras.head_refused"
    TOO_FEW_VERDICTS = "cameras.too_few_verdicts"

    RECORDING_LATE = "cameras.recording_late"
    RECORDING_FULL = "cameras.recording_full"
    RECORDING_FAILED = "cameras.recording_failed"
    SEGMENT_MISSING = "cameras.segment_missing"
    SEGMENT_ALTERED = "cameras.segment_altered"
    CHAIN_BROKEN = "cameras.chain_broken"

    NOT_LEASED = "cameras.not_leased"
    SEEN_ALREADY = "cameras.seen_already"
    UNSIGNED = "cameras.unsigned"
    SIGNATURE_WRONG = "cameras.signature_wrong"
    KEY_UNKNOWN = "cameras.key_unknown"
    KEY_NOT_THEN = "cameras.key_not_then"
    FILE_ALTERED = "cameras.file_altered"
    OFFSET_WRONG = "cameras.offset_wrong"
    SPOOL_FULL = "cameras.spool_full"
    OTHER_NODE = "cameras.other_node"
    NOT_ENROLLED = "cameras.not_enrolled"
    NOT_ACCEPTED = "cameras.not_accepted"
    NODE_UNREACHABLE = "cameras.node_unreachable"
    HOME_IN_USE = "cameras.home_in_use"

    CAMERA_OFF = "cameras.camera_off"
    WATCHER_AWAY = "cameras.watcher_away"
    WATCHER_SILENT = "cameras.watcher_silent"
    WATCHER_UNHEARD = "cameras.watcher_unheard"
    NOBODY_WATCHES = "cameras.nobody_watches"
    OLDER_REVISION = "cameras.older_revision"
    FEED_LOST = "cameras.feed_lost"
    FEEDS_FULL = "cameras.feeds_full"
    NOT_RECORDED = "cameras.not_recorded"

    MODEL_MISSING = "models.missing"
    MODEL_NOT_ONNX = "models.not_onnx"
    MODEL_INPUT = "models.input"
    MODEL_SIZE_UNKNOWN = "models.size_unknown"
    MODEL_OTHER_TASK = "models.other_task"
    MODEL_UNKNOWN_LAYOUT = "models.unknown_layout"
    MODEL_CLASSES_UNKNOWN = "models.classes_unknown"
    MODEL_NONSENSE = "models.nonsense"
    MODEL_CHECKSUM = "models.checksum"
    MODEL_MANIFEST = "models.manifest"
    MODEL_NAME = "models.name"
    MODEL_NAME_TAKEN = "models.name_taken"
    MODEL_UNKNOWN = "models.unknown"
    MODEL_NO_PROVIDER = "models.no_provider"
    MODEL_NO_PICTURE = "models.no_picture"


class Refusal(Exception):
    """The room does not do this; `code` says why, `facts` say with what numbers."""

    def __init__(self, code: Code, facts: Facts | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts: dict[str, str | int | float | bool | None] = dict(facts or {})

    def __str__(self) -> str:
        return f"{self.code.value} {self.facts}" if self.facts else self.code.value
