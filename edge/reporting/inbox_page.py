"""The inbox as one plain page: no script, nothing from outside."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from edge.reporting.words import COMMUNE

STYLE = """
:root { color-scheme: light dark; --paper:#FBF8F2; --card:#fff; --ink:#1C2126; --quiet:#5B6670; --line:#E4DED2; --indigo:#1F4B7A; --good:#00795B }
@media (prefers-color-scheme: dark) { :root { --paper:#10161C; --card:#18212A; --ink:#F2EFE8; --quiet:#A9B4BD; --line:#2B3641; --indigo:#7FB2E5; --good:#35C79A } }
* { box-sizing: border-box }
body { margin:0; background:var(--paper); color:var(--ink); font:16px/1.45 "Be Vietnam Pro",system-ui,sans-serif; font-variant-numeric:tabular-nums }
header, main { max-width:64rem; margin:0 auto; padding:24px }
header { display:flex; flex-wrap:wrap; align-items:baseline; justify-content:space-between; gap:8px 24px; padding-bottom:0 }
h1 { font-size:28px; margin:0 } header p { margin:0; color:var(--quiet) }
ol { list-style:none; margin:0; padding:0; display:grid; gap:16px }
li { background:var(--card); border:1px solid var(--line); border-radius:10px; padding:16px; display:grid; gap:16px; grid-template-columns:minmax(0,1fr) }
li.pictured { grid-template-columns:240px minmax(0,1fr) }
li img { width:100%; aspect-ratio:16/9; object-fit:cover; border-radius:8px; background:var(--line); display:block }
h2 { font-size:18px; margin:0 0 8px } p.what { margin:0 0 8px; white-space:pre-line; overflow-wrap:anywhere }
.facts { margin:0; color:var(--quiet); font-size:14px; display:flex; flex-wrap:wrap; gap:4px 16px }
.tag { color:var(--indigo); font-weight:600 } .good { color:var(--good) }
details { margin-top:8px; font-size:14px } summary { cursor:pointer; color:var(--indigo); min-height:28px }
pre { overflow:auto; white-space:pre-wrap; overflow-wrap:anywhere; margin:8px 0 0; color:var(--quiet) }
.empty { text-align:center; padding:64px 24px; color:var(--quiet); border:1px dashed var(--line); border-radius:10px }
@media (max-width:640px) { header, main { padding:16px } li.pictured { grid-template-columns:minmax(0,1fr) } }
"""

TITLES = {
    "dinh.cameras.case_confirmed": "Vụ đổ rác đã xác nhận",
    "dinh.cameras.case_closed": "Vụ đổ rác đã khép lại",
    "dinh.meeting.opened": "Phiên họp bắt đầu",
    "dinh.meeting.held": "Phiên họp kết thúc",
    "dinh.meeting.motion_opened": "Bắt đầu biểu quyết",
    "dinh.meeting.resolution_adopted": "Nghị quyết được thông qua",
    "dinh.meeting.motion_rejected": "Dự thảo không được thông qua",
    "dinh.meeting.motion_corrected": "Đính chính kết quả biểu quyết",
}


def page(received: Sequence[dict[str, Any]]) -> str:
    """The whole document, newest first. Everything that came from outside is escaped."""
    items = "".join(_item(entry) for entry in reversed(received))
    content = f"<ol>{items}</ol>" if items else '<p class="empty">Chưa có báo cáo nào. Trang tự làm mới mỗi 5 giây.</p>'
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="5"><title>Hộp thư của xã</title><style>{STYLE}</style></head><body>'
        f"<header><h1>Hộp thư của xã</h1><p>{len(received)} báo cáo đã nhận</p></header><main>{content}</main></body></html>"
    )


def _item(entry: dict[str, Any]) -> str:
    content = entry["content"]
    title, text, picture = _open311(content) if entry["door"] == "open311" else _event(content)
    shown = f'<img src="{escape(picture)}" alt="Ảnh lúc xảy ra" loading="lazy">' if picture.startswith("https://") else ""
    facts = [
        f"<span>Nhận lúc {_moment(entry['at'])}</span>",
        f'<span class="tag">{"Open311" if entry["door"] == "open311" else "Webhook"}</span>',
        f"<span>Số {entry['number']:05d}</span>",
        '<span class="good">✓ Chữ ký đúng</span>' if entry["door"] == "webhook" else "",
        f"<span>Gửi {entry['times']} lần, giữ 1</span>" if entry["times"] > 1 else "",
    ]
    whole = escape(_spelled(content))
    return (
        f'<li class="{"pictured" if shown else "plain"}">{shown}<div><h2>{escape(title)}</h2><p class="what">{escape(text)}</p>'
        f'<p class="facts">{"".join(facts)}</p><details><summary>Toàn bộ nội dung</summary><pre>{whole}</pre></details></div></li>'
    )


def _open311(said: dict[str, str]) -> tuple[str, str, str]:
    return "Yêu cầu xử lý: đổ rác", said.get("description", ""), said.get("media_url", "")


def _event(event: dict[str, Any]) -> tuple[str, str, str]:
    kind, data = str(event.get("type", "")), event.get("data")
    facts = data if isinstance(data, dict) else {}
    words = [str(facts[key]) for key in ("title", "text", "camera_name", "address", "note") if facts.get(key)]
    return TITLES.get(kind, kind.removeprefix("dinh.")), "\n".join(words), str(facts.get("media_url") or "")


def _moment(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(COMMUNE).strftime("%H:%M:%S %d/%m/%Y")


def _spelled(content: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in content.items())
