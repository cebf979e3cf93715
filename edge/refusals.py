"""What the house refuses: a closed code and its facts. The sentence is made last, in the reader's language."""

from enum import StrEnum

from broker.messages.base import Facts


class Code(StrEnum):
    """Every refusal of accounts, devices and the HTTP surface."""

    BAD_REQUEST = "house.bad_request"
    NOT_FOUND = "house.not_found"
    TOO_LARGE = "house.too_large"
    FAILED = "house.failed"
    FOREIGN_ORIGIN = "house.foreign_origin"

    NOT_SIGNED_IN = "house.not_signed_in"
    NOT_ALLOWED = "house.not_allowed"
    MUST_CHANGE_PASSWORD = "house.must_change_password"  # noqa: S105 - the name of a refusal
    WRONG_NAME_OR_PASSWORD = "house.wrong_name_or_password"  # noqa: S105 - the name of a refusal
    LOCKED = "house.locked"
    WEAK_PASSWORD = "house.weak_password"  # noqa: S105 - the name of a refusal
    NO_SUCH_ACCOUNT = "house.no_such_account"
    LOGIN_TAKEN = "house.login_taken"
    UNKNOWN_ROLE = "house.unknown_role"
    LAST_ADMINISTRATOR = "house.last_administrator"

    NO_SUCH_DEVICE = "house.no_such_device"
    TOKEN_UNKNOWN = "house.token_unknown"  # noqa: S105 - the name of a refusal
    TOKEN_USED = "house.token_used"  # noqa: S105 - the name of a refusal
    TOKEN_EXPIRED = "house.token_expired"  # noqa: S105 - the name of a refusal
    BAD_KEY = "house.bad_key"
    BAD_PROOF = "house.bad_proof"
    WRONG_STATE = "house.wrong_state"
    UNKNOWN_PROFILE = "house.unknown_profile"
    BAD_SETTING = "house.bad_device_setting"
    BAD_TICKET = "house.bad_ticket"
    NO_SUCH_CAMERA = "house.no_such_camera"
    BAD_CAMERA_URL = "house.bad_camera_url"
    BAD_AREA = "house.bad_area"
    ONVIF_UNKNOWN = "house.onvif_unknown"
    ONVIF_BUSY = "house.onvif_busy"
    ONVIF_FAILED = "house.onvif_failed"
    ONVIF_UNREACHABLE = "house.onvif_unreachable"
    ONVIF_SILENT = "house.onvif_silent"
    ONVIF_NOT = "house.onvif_not"
    ONVIF_PASSWORD = "house.onvif_password"  # noqa: S105 - the name of a refusal
    ONVIF_CLOCK = "house.onvif_clock"
    ONVIF_NOT_ALLOWED = "house.onvif_not_allowed"
    ONVIF_REFUSED = "house.onvif_refused"
    ONVIF_FOREIGN = "house.onvif_foreign"
    ONVIF_NOT_TAKEN = "house.onvif_not_taken"
    BROKER_AWAY = "house.broker_away"


STATUS: dict[str, int] = {
    Code.BAD_REQUEST: 422,
    Code.NOT_FOUND: 404,
    Code.TOO_LARGE: 413,
    Code.FAILED: 500,
    Code.FOREIGN_ORIGIN: 403,
    Code.NOT_SIGNED_IN: 401,
    Code.NOT_ALLOWED: 403,
    Code.MUST_CHANGE_PASSWORD: 403,
    Code.WRONG_NAME_OR_PASSWORD: 401,
    Code.LOCKED: 429,
    Code.WEAK_PASSWORD: 422,
    Code.NO_SUCH_ACCOUNT: 404,
    Code.LOGIN_TAKEN: 409,
    Code.UNKNOWN_ROLE: 422,
    Code.LAST_ADMINISTRATOR: 409,
    Code.NO_SUCH_DEVICE: 404,
    Code.TOKEN_UNKNOWN: 404,
    Code.TOKEN_USED: 409,
    Code.TOKEN_EXPIRED: 410,
    Code.BAD_KEY: 422,
    Code.BAD_PROOF: 403,
    Code.WRONG_STATE: 409,
    Code.UNKNOWN_PROFILE: 422,
    Code.BAD_SETTING: 422,
    Code.BAD_TICKET: 403,
    Code.NO_SUCH_CAMERA: 404,
    Code.BAD_CAMERA_URL: 422,
    Code.BAD_AREA: 422,
    Code.ONVIF_UNKNOWN: 409,
    Code.ONVIF_BUSY: 503,
    Code.ONVIF_FAILED: 502,
    Code.ONVIF_UNREACHABLE: 502,
    Code.ONVIF_SILENT: 504,
    Code.ONVIF_NOT: 502,
    Code.ONVIF_PASSWORD: 422,
    Code.ONVIF_CLOCK: 422,
    Code.ONVIF_NOT_ALLOWED: 422,
    Code.ONVIF_REFUSED: 422,
    Code.ONVIF_FOREIGN: 422,
    Code.ONVIF_NOT_TAKEN: 422,
    Code.BROKER_AWAY: 503,
}
"""HTTP status of each code, chosen by edge/http alone."""


class Refusal(Exception):
    """The house will not do this; `code` says why, `facts` say with what numbers and names."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts: Facts = dict(facts)
