"""What the demo commune is made of: a council of 25, its hall, its agenda, its cameras. All of it is invented and says so."""

from dataclasses import dataclass

from edge.demo.documents import BUDGET, REPORT, RESOLUTION, Paper

BODY = "Hội đồng nhân dân Phường Mẫu"
TITLE = "Kỳ họp thứ ba (phiên trình diễn)"
PLACE = "Hội trường tầng 2, trụ sở Phường Mẫu"
MEMBERS = 25
YOURS = "A3"
"""The seat that is left free for the person who watches the demo."""


@dataclass(frozen=True)
class SeatAt:
    """A seat of the hall in plan units: the podium is at the top edge, rows A to E face it."""

    id: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Item:
    """An agenda item with the papers that belong to it."""

    title: str
    minutes: int
    papers: tuple[Paper, ...] = ()


PLAN_WIDTH, PLAN_HEIGHT = 100.0, 70.0
ROWS, COLUMNS = "ABCDE", 5


def plan() -> list[SeatAt]:
    """Five slightly curved rows of five, with an aisle in the middle."""
    seats = []
    for depth, row in enumerate(ROWS):
        for column in range(COLUMNS):
            off = column - (COLUMNS - 1) / 2
            x = 50 + off * 15 + (4 if off > 0 else -4 if off < 0 else 0)
            y = 22 + depth * 10.5 - abs(off) * 1.6
            seats.append(SeatAt(f"{row.lower()}{column + 1}", f"{row}{column + 1}", x, y))
    return seats


AGENDA = (
    Item("Khai mạc, thông qua chương trình kỳ họp", 10),
    Item("Báo cáo công tác chín tháng đầu năm", 30, (REPORT,)),
    Item("Dự toán chi vệ sinh môi trường quý IV", 45, (BUDGET, RESOLUTION)),
    Item("Ý kiến của cử tri, chất vấn và trả lời chất vấn", 40),
    Item("Bầu Phó Trưởng ban của Hội đồng nhân dân", 20),
    Item("Bế mạc", 10),
)
MOTION_TITLE = "Thông qua dự toán chi vệ sinh môi trường quý IV"
MOTION_TEXT = "Hội đồng nhân dân Phường Mẫu thông qua dự toán chi vệ sinh môi trường quý IV với tổng số tiền 596.500.000 đồng."

CAMERAS = {
    "day": "Chân tường chợ, đường Bờ Kênh",
    "night": "Góc đường số 4, ban đêm",
    "market": "Đường vào chợ",
    "yard": "Sân trụ sở",
}


def member_name(index: int) -> str:
    """Members carry numbers, not names: nobody real or invented is meant. `index` from 0."""
    return f"Đại biểu {index + 1:02d}"
