import qrcode from "qrcode-generator";
import { useMemo } from "react";

/** A QR code as one SVG path, black on white in both themes, because cameras want it so. */
export function QrCode({ text, size, label }: { text: string; size: number; label: string }) {
  const { path, side } = useMemo(() => {
    const code = qrcode(0, "M");
    code.addData(text, "Byte");
    code.make();
    const count = code.getModuleCount();
    let drawn = "";
    for (let row = 0; row < count; row += 1) {
      for (let column = 0; column < count; column += 1) if (code.isDark(row, column)) drawn += `M${column + 3} ${row + 3}h1v1h-1z`;
    }
    return { path: drawn, side: count + 6 };
  }, [text]);
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${side} ${side}`} width={size} height={size} shapeRendering="crispEdges" style={{ flex: "none", borderRadius: 6 }}>
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
