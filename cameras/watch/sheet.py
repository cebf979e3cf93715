"""Contact sheets: before, act and after of each sighting side by side, with the box. People look at pictures."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cameras.watch.analyst import Finding
from cameras.watch.layers import Picture

RED, WHITE, DARK = (40, 40, 230), (255, 255, 255), (40, 40, 40)
BAR_PX = 28


def draw_sheet(path: Path, findings: Sequence[Finding], otherwise: Picture | None) -> None:
    """Write a PNG: one row for each finding; without any, the last picture and the words `0`. OSError when it cannot be written."""
    rows = [_row(number, finding) for number, finding in enumerate(findings, 1)]
    if not rows:
        rows = [_titled(otherwise if otherwise is not None else np.zeros((90, 160, 3), np.uint8), "0")]
    width = max(row.shape[1] for row in rows)
    padded = [cv2.copyMakeBorder(row, 0, 0, 0, width - row.shape[1], cv2.BORDER_CONSTANT, value=DARK) for row in rows]
    fine, png = cv2.imencode(".png", np.vstack(padded))
    if not fine:
        raise OSError(f"cannot encode {path.name}")
    path.write_bytes(png.tobytes())


def boxed(picture: Picture, finding: Finding) -> Picture:
    """A copy with the finding's box drawn on it; the picture has the analysed size or a multiple of it."""
    copy = picture.copy()
    x0, y0, x1, y1 = (round(value) for value in finding.box.scaled(picture.shape[1] / finding.width))
    cv2.rectangle(copy, (x0 - 2, y0 - 2), (x1 + 2, y1 + 2), RED, max(2, picture.shape[1] // 320))
    return copy


def _row(number: int, finding: Finding) -> Picture:
    named = (
        (finding.before, f"#{number} -"),
        (boxed(finding.act, finding), f"#{number} {finding.put_down:.1f} s"),
        (boxed(finding.after, finding), f"#{number} {finding.at:.1f} s  {finding.why.value} {finding.score:.2f}"),
    )
    return np.asarray(np.hstack([_titled(picture, title) for picture, title in named]), np.uint8)


def _titled(picture: Picture, title: str) -> Picture:
    framed = cv2.copyMakeBorder(picture, BAR_PX, 2, 2, 2, cv2.BORDER_CONSTANT, value=DARK)
    cv2.putText(framed, title, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, WHITE, 1, cv2.LINE_AA)
    return np.asarray(framed, np.uint8)
