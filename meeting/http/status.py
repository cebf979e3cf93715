"""The HTTP status of each refusal: plain data, chosen by what the caller can do about it."""

from meeting.domain.errors import Code

NOT_FOUND, CONFLICT, TOO_LARGE, INVALID, LOCKED, FULL = 404, 409, 413, 422, 429, 507

_OTHER: dict[Code, int] = {
    Code.TWICE: INVALID,
    Code.SEAT_TAKEN: INVALID,
    Code.TWO_CHAIRS: INVALID,
    Code.TOO_MANY_MEMBERS: INVALID,
    Code.NOT_A_PDF: INVALID,
    Code.PDF_ENCRYPTED: INVALID,
    Code.PDF_EMPTY: INVALID,
    Code.PDF_TOO_BIG: TOO_LARGE,
    Code.TOO_MANY_PAGES: TOO_LARGE,
    Code.DISK_FULL: FULL,
    Code.ASK_MALFORMED: INVALID,
    Code.ASK_TOO_BIG: TOO_LARGE,
    Code.WRONG_PIN: INVALID,
    Code.LOCKED: LOCKED,
    Code.TOO_MANY_ASKS: LOCKED,
    Code.KEY_MALFORMED: INVALID,
    Code.PROOF_INVALID: INVALID,
    Code.BOX_BYTES: INVALID,
    Code.BOX_SIGNATURE: INVALID,
    Code.BOX_PLACE: INVALID,
    Code.BOX_BUSY: LOCKED,
    Code.LOG_BUSY: LOCKED,
    Code.CALL_BYTES: INVALID,
    Code.CALL_SIGNATURE: INVALID,
}

STATUS: dict[str, int] = {
    code.value: NOT_FOUND if code.value.startswith("meeting.unknown_") else _OTHER.get(code, CONFLICT) for code in Code
}
"""Code -> HTTP status, for every code of the room. What is not listed otherwise is a conflict with the state of things: 409."""
