import { fromBase64, hex, join, sha256, utf8, type Bytes } from "../../ground/post/bytes";

/** A head of the vote log: C2SP tlog-checkpoint. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

interface Note {
  body: string;
  signatures: { name: string; id: string; signature: Bytes }[];
}

interface VerifierKey {
  name: string;
  id: string;
  key: Bytes;
}

const ED25519 = 1;

function readNote(note: string): Note | null {
  const split = note.lastIndexOf("\n\n");
  if (split < 0) return null;
  const signatures = [];
  for (const line of note.slice(split + 2).split("\n")) {
    const [dash, name, raw] = line.split(" ");
    if (dash !== "—" || name === undefined || raw === undefined) continue;
    const bytes = fromBase64(raw);
    signatures.push({ name, id: hex(bytes.slice(0, 4)), signature: bytes.slice(4) });
  }
  return { body: note.slice(0, split + 1), signatures };
}

/** What the note says, whoever signed it. */
export function readCheckpoint(note: string): Checkpoint | null {
  const [origin, size, root] = note.split("\n");
  if (origin === undefined || size === undefined || root === undefined || !/^(0|[1-9]\d*)$/.test(size)) return null;
  try {
    return { origin, size: Number(size), root: fromBase64(root) };
  } catch {
    return null;
  }
}

/** name+id+base64(0x01 || key), where id is the first four bytes of SHA-256(name || 0x0A || 0x01 || key). */
async function readKey(verifier: string): Promise<VerifierKey | null> {
  const [name, id, ...rest] = verifier.split("+");
  if (name === undefined || id === undefined) return null;
  const typed = fromBase64(rest.join("+"));
  if (typed[0] !== ED25519 || typed.length !== 33) return null;
  const expected = hex((await sha256(join(utf8(`${name}\n`), typed))).slice(0, 4));
  return expected === id ? { name, id, key: typed.slice(1) } : null;
}

export type Signature = "valid" | "invalid" | "unsupported";

/** Whether this key signed the note. `unsupported` where the browser has no Ed25519 yet. */
export async function checkSignature(note: string, verifier: string): Promise<Signature> {
  try {
    const [read, key] = [readNote(note), await readKey(verifier)];
    const found = read?.signatures.find(({ name, id }) => name === key?.name && id === key.id);
    if (read === null || key === null || found === undefined) return "invalid";
    const imported = await crypto.subtle.importKey("raw", key.key, { name: "Ed25519" }, false, ["verify"]);
    return (await crypto.subtle.verify({ name: "Ed25519" }, imported, found.signature, utf8(read.body))) ? "valid" : "invalid";
  } catch (error) {
    return error instanceof DOMException && error.name === "NotSupportedError" ? "unsupported" : "invalid";
  }
}
