"""Why a report waits, died or was refused: a closed code and facts. The sentence is made last (edge/web locales)."""

from enum import StrEnum

from broker.messages.base import Facts


class Code(StrEnum):
    """Everything reporting can refuse or meet on the way."""

    NO_SUCH_REPORT = "reporting.no_such_report"
    NO_SUCH_CONNECTOR = "reporting.no_such_connector"
    NOT_DEAD = "reporting.not_dead"
    BAD_URL = "reporting.bad_url"
    BAD_SECRET = "reporting.bad_secret"  # noqa: S105 - the name of a refusal
    SERVICE_CODE_NEEDED = "reporting.service_code_needed"

    HOST_NOT_ALLOWED = "reporting.host_not_allowed"
    PRIVATE_ADDRESS = "reporting.private_address"
    HTTPS_NEEDED = "reporting.https_needed"
    NAME_UNKNOWN = "reporting.name_unknown"
    UNREACHABLE = "reporting.unreachable"
    TIMED_OUT = "reporting.timed_out"
    BAD_CERTIFICATE = "reporting.bad_certificate"
    REDIRECTED = "reporting.redirected"
    ANSWERED = "reporting.answered"
    """The receiver answered with an error; facts: status, said."""
    BUSY = "reporting.busy"
    REFUSED = "reporting.refused"
    """The receiver says that this very report is wrong; sending it again would change nothing."""
    GONE = "reporting.gone"
    GAVE_UP = "reporting.gave_up"
    SERVICE_UNKNOWN = "reporting.service_unknown"
    """The Open311 endpoint does not list the configured service_code."""


class Refusal(Exception):
    """Reporting does not do this."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts: Facts = facts

    def __str__(self) -> str:
        return f"{self.code.value} {self.facts}"


STATUS: dict[str, int] = {
    Code.NO_SUCH_REPORT: 404,
    Code.NO_SUCH_CONNECTOR: 404,
    Code.NOT_DEAD: 409,
    Code.BAD_URL: 422,
    Code.BAD_SECRET: 422,
    Code.SERVICE_CODE_NEEDED: 422,
    Code.HOST_NOT_ALLOWED: 403,
    Code.PRIVATE_ADDRESS: 403,
    Code.HTTPS_NEEDED: 422,
}
"""HTTP status of each code that can reach a browser as a refusal."""
