"""Everything the meeting room refuses: a closed code plus facts. The sentence is made last, in the reader's language."""

from enum import StrEnum

Facts = dict[str, str | int | float | bool | None]


class Code(StrEnum):
    """The facts of each are named beside it."""

    UNKNOWN_MEETING = "meeting.unknown_meeting"  # meeting
    UNKNOWN_ITEM = "meeting.unknown_item"  # item
    UNKNOWN_MEMBER = "meeting.unknown_member"  # member
    UNKNOWN_SEAT = "meeting.unknown_seat"  # seat
    UNKNOWN_DOCUMENT = "meeting.unknown_document"  # document
    UNKNOWN_MOTION = "meeting.unknown_motion"  # motion
    UNKNOWN_REQUEST = "meeting.unknown_request"  # request
    UNKNOWN_RULE = "meeting.unknown_rule"  # rule

    WRONG_STATE = "meeting.wrong_state"  # state, wanted
    ITEM_STATE = "meeting.item_state"  # item, state
    ITEM_IN_USE = "meeting.item_in_use"  # item
    NO_STEP_BACK = "meeting.no_step_back"
    MEMBER_IN_USE = "meeting.member_in_use"  # member, name
    SEAT_IN_USE = "meeting.seat_in_use"  # seat
    SEAT_TAKEN = "meeting.seat_taken"  # seat
    TWICE = "meeting.twice"  # field, value
    TWO_CHAIRS = "meeting.two_chairs"  # count
    NO_MEMBERS = "meeting.no_members"
    TOO_MANY_MEMBERS = "meeting.too_many_members"  # count, most
    DOCUMENT_FIXED = "meeting.document_fixed"  # item
    VOTE_RUNS = "meeting.vote_runs"  # motion

    ALREADY_PRESENT = "meeting.already_present"  # member
    ALREADY_ABSENT = "meeting.already_absent"  # member
    FLOOR_CLOSED = "meeting.floor_closed"
    FLOOR_STATE = "meeting.floor_state"  # open
    ALREADY_ASKED = "meeting.already_asked"  # request
    FLOOR_TAKEN = "meeting.floor_taken"  # request, seat
    NO_SPEECH = "meeting.no_speech"
    SPEECH_STATE = "meeting.speech_state"  # state

    MOTION_STATE = "meeting.motion_state"  # motion, state, wanted
    NO_QUORUM = "meeting.no_quorum"  # rule, title, title_en, needed, present, voters
    TOO_FEW_TO_ADOPT = "meeting.too_few_to_adopt"  # rule, title, title_en, needed, present, base
    RULE_NOT_IN_FORCE = "meeting.rule_not_in_force"  # rule, valid_from, valid_until
    SECRET_KEY_LOST = "meeting.secret_key_lost"  # motion  # noqa: S105
    BALLOTS_ON_THE_WAY = "meeting.ballots_on_the_way"  # issued, cast
    NO_VOTERS = "meeting.no_voters"
    NO_ELECTION = "meeting.no_election"  # rule
    ELECTION_SEATS = "meeting.election_seats"  # rule, seats, candidates
    CANDIDATE_TWICE = "meeting.candidate_twice"  # name

    NOT_A_PDF = "meeting.not_a_pdf"
    PDF_ENCRYPTED = "meeting.pdf_encrypted"
    PDF_EMPTY = "meeting.pdf_empty"
    PDF_TOO_BIG = "meeting.pdf_too_big"  # bytes, most
    TOO_MANY_PAGES = "meeting.too_many_pages"  # pages, most
    DISK_FULL = "house.disk_full"  # needed_bytes

    ASK_MALFORMED = "meeting.ask_malformed"  # field
    ASK_TOO_BIG = "meeting.ask_too_big"  # bytes, most
    TOO_MANY_ASKS = "meeting.too_many_asks"  # retry_after_s
    ASK_REUSED = "meeting.ask_reused"  # id
    WRONG_PIN = "meeting.wrong_pin"  # left
    LOCKED = "meeting.locked"  # retry_after_s
    KEY_MALFORMED = "meeting.key_malformed"  # field
    PROOF_INVALID = "meeting.proof_invalid"  # step
    KEY_UNKNOWN = "meeting.key_unknown"
    KEY_TAKEN = "meeting.key_taken"
    TABLET_IN_USE = "meeting.tablet_in_use"  # seat, name
    NOT_CHECKED_IN = "meeting.not_checked_in"
    NO_SEAT = "meeting.no_seat"  # name

    BALLOT_BYTES = "meeting.ballot_bytes"  # field
    BALLOT_ALGORITHM = "meeting.ballot_algorithm"  # alg
    BALLOT_KEY = "meeting.ballot_key"
    BALLOT_SIGNATURE = "meeting.ballot_signature"
    BALLOT_PLACE = "meeting.ballot_place"  # field
    BALLOT_NOT_PRESENT = "meeting.ballot_not_present"
    BALLOT_NO_VOTE = "meeting.ballot_no_vote"
    BALLOT_NOT_OPEN = "meeting.ballot_not_open"  # motion, state
    BALLOT_PAPER = "meeting.ballot_paper"  # paper
    BALLOT_CHOICE = "meeting.ballot_choice"
    BALLOT_NONCE = "meeting.ballot_nonce"
    BALLOT_FINAL = "meeting.ballot_final"
    VOTE_IS_SECRET = "meeting.vote_is_secret"  # motion  # noqa: S105
    VOTE_IS_OPEN = "meeting.vote_is_open"  # motion

    BOX_BYTES = "meeting.box_bytes"  # field
    BOX_NOT_OPEN = "meeting.box_not_open"  # motion, state
    BOX_SIGNATURE = "meeting.box_signature"
    BOX_PLACE = "meeting.box_place"  # field
    BOX_BUSY = "meeting.box_busy"  # retry_after_s

    LOG_BUSY = "meeting.log_busy"  # retry_after_s
    UNKNOWN_HEAD = "meeting.unknown_head"  # first, second, size
    UNKNOWN_CALL = "meeting.unknown_call"  # call
    CALL_BYTES = "meeting.call_bytes"  # field
    CALL_KEY = "meeting.call_key"
    CALL_SIGNATURE = "meeting.call_signature"
    CALL_PLACE = "meeting.call_place"  # field
    CALL_SECRET = "meeting.call_secret"  # motion  # noqa: S105
    CALL_OWN = "meeting.call_own"
    CALL_STATE = "meeting.call_state"  # state
    CALL_WAITS = "meeting.call_waits"  # motion, count
    CALL_NOT_PRESENT = "meeting.call_not_present"  # name
    CALL_NO_VOTE = "meeting.call_no_vote"  # name
    CALL_CHOICE = "meeting.call_choice"  # name
    CALL_TWICE = "meeting.call_twice"  # name
    CALL_FINAL = "meeting.call_final"  # name


class Refusal(Exception):
    """The room says no, and why."""

    def __init__(self, code: Code, **facts: str | float | bool | None) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts: Facts = dict(facts)

    def __str__(self) -> str:
        """Code and facts for logs and tests; never shown to people."""
        return f"{self.code} {self.facts}" if self.facts else str(self.code)
