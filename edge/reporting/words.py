"""The few words that leave the node inside a report: Vietnamese, for the commune's own system."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

COMMUNE = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST = 4000
"""GeoReport v2: a description has at most 4,000 characters."""
ACTS = {"left": "Để lại rác tại chỗ", "thrown": "Ném rác"}


def description(data: dict[str, Any], *, reference: str) -> str:
    """What an environment officer confirmed, where and when. No person is named."""
    lines = [
        f"{ACTS.get(str(data.get('reason')), 'Đổ rác')} lúc {_moment(data.get('put_down_at') or data.get('at'))}",
        f"Camera: {data.get('camera_name') or data.get('camera') or ''}".rstrip(": "),
        f"Địa điểm: {data['address']}" if data.get("address") else "",
        f"Ghi chú của cán bộ: {data['note']}" if data.get("note") else "",
        "Cán bộ môi trường đã xem và xác nhận.",
        f"Mã hồ sơ: {reference}",
    ]
    return "\n".join(line for line in lines if line)[:LONGEST]


def _moment(said: Any) -> str:
    try:
        return datetime.fromisoformat(str(said)).astimezone(COMMUNE).strftime("%H:%M ngày %d/%m/%Y")
    except ValueError:
        return "không rõ"
