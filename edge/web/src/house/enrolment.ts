import { Refused, post } from "../ground/http/client";
import { nodeNow } from "../ground/http/clock";
import { keyOf, makeKey, signed, type Key } from "../ground/post/keys";

export interface Standing {
  state: "waiting" | "accepted" | "refused" | "retired";
  device: string;
  kind: string;
  name: string;
  code: string;
  meeting: string | null;
  seat: string | null;
}

const DEVICE = "dinh.device";
const KEY = "device";

/** The device that this browser has become, if it has. */
export function enrolledAs(): string | null {
  return localStorage.getItem(DEVICE);
}

/** What this browser says of itself. */
function about(): { kind: "tablet"; model: string; version: string; capabilities: string[] } {
  const system = /Android|iPad|iPhone|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0] ?? "";
  const browser = /(?:Edg|Firefox|Chrome|Version)\/\d+/.exec(navigator.userAgent)?.[0] ?? "";
  return { kind: "tablet", model: `${system} ${screen.width}×${screen.height}`.trim(), version: browser.slice(0, 40), capabilities: ["webcrypto"] };
}

/** Show the token of the QR code with this browser's public key. Asking again with the same key is safe. */
export async function show(token: string): Promise<void> {
  const key = (await keyOf(KEY)) ?? (await makeKey(KEY));
  const { device } = await post<{ device: string; code: string }>("/api/enrol", { token, key: key.jwk, about: about() });
  localStorage.setItem(DEVICE, device);
}

function proof(key: Key, device: string): Promise<string> {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return signed(key, { device, at: new Date(nodeNow()).toISOString(), nonce });
}

/** Prove the key and hear how this device stands; accepted, the browser gets its cookie. null when it never was a device. */
export async function prove(): Promise<Standing | null> {
  const [device, key] = [enrolledAs(), await keyOf(KEY)];
  if (device === null || key === undefined) return null;
  const send = async () => post<Standing>(`/api/enrol/${device}`, { proof: await proof(key, device) });
  return send().catch((error: unknown) => {
    if (error instanceof Refused && error.code === "house.bad_proof" && error.facts.why === "clock") return send();
    throw error;
  });
}
