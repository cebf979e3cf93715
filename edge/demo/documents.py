"""The demo session's papers, set as PDF with typst from words in this file. No real commune, no real person."""

from dataclasses import dataclass

import typst

PAGE = """
#set page(paper: "a4", margin: (top: 22mm, bottom: 22mm, left: 32mm, right: 18mm), numbering: "1")
#set text(lang: "vi", size: 13pt)
#set par(justify: true, leading: 0.9em, first-line-indent: 1cm)
#grid(columns: (1fr, 1.25fr), align: center,
  [#text(12pt)[HỘI ĐỒNG NHÂN DÂN \\ *PHƯỜNG MẪU*]],
  [#text(12pt)[*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ *Độc lập - Tự do - Hạnh phúc*]])
#v(10mm)
#align(center)[#text(15pt)[*TITLE*]]
#v(5mm)
"""


@dataclass(frozen=True)
class Paper:
    """One document of the demo session: its title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]

    def pdf(self) -> bytes:
        """The document as PDF bytes."""
        source = PAGE.replace("TITLE", self.title) + "\n\n".join(self.paragraphs)
        return bytes(typst.compile(source.encode()))


BUDGET = Paper(
    "Tờ trình về dự toán chi vệ sinh môi trường quý IV",
    (
        "Ủy ban nhân dân phường trình Hội đồng nhân dân phường xem xét dự toán chi cho công tác thu gom rác và vệ sinh môi trường quý IV.",
        "Trong quý III, đội vệ sinh đã thu gom 412 tấn rác sinh hoạt. Ba điểm đổ rác trái phép được xóa bỏ, một điểm tái phát tại đoạn cuối đường Bờ Kênh.",
        (
            "#table(columns: (1fr, auto), [*Nội dung chi*], [*Số tiền (đồng)*], [Thu gom và vận chuyển], [486.000.000], "
            "[Lắp đặt bốn camera tại điểm nóng], [92.000.000], [Tuyên truyền, biển báo], [18.500.000], [*Cộng*], [*596.500.000*])"
        ),
        "#pagebreak()",
        "*Đề nghị.* Hội đồng nhân dân phường thông qua dự toán 596.500.000 đồng và giao Ủy ban nhân dân phường tổ chức thực hiện, báo cáo kết quả tại kỳ họp sau.",
    ),
)
RESOLUTION = Paper(
    "Dự thảo nghị quyết về dự toán chi vệ sinh môi trường quý IV",
    (
        "*Điều 1.* Thông qua dự toán chi vệ sinh môi trường quý IV với tổng số tiền 596.500.000 đồng.",
        "*Điều 2.* Giao Ủy ban nhân dân phường tổ chức thực hiện nghị quyết; công khai kết quả tại trụ sở và trên trang thông tin của phường.",
        "*Điều 3.* Thường trực Hội đồng nhân dân, các ban và đại biểu Hội đồng nhân dân phường giám sát việc thực hiện nghị quyết này.",
    ),
)
REPORT = Paper(
    "Báo cáo công tác chín tháng đầu năm",
    (
        "Chín tháng đầu năm, thu ngân sách trên địa bàn đạt 78,4% dự toán. Một cửa tiếp nhận 6.214 hồ sơ, giải quyết đúng hạn 98,7%.",
        "Về môi trường: camera giám sát phát hiện 23 vụ đổ rác không đúng nơi quy định; cán bộ môi trường xác nhận 19 vụ, xử lý 11 vụ.",
        "Về hạ tầng: hoàn thành 1,2 km đường nội bộ, thay 46 bóng đèn chiếu sáng; còn 2 điểm ngập cục bộ khi mưa lớn.",
    ),
)
