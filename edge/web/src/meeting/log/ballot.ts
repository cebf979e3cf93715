import { fromBase64, hex, sha256, base64url } from "../../ground/post/bytes";
import { signed, type Key } from "../../ground/post/keys";
import type { Candidate, ChoiceId, MotionSnapshot } from "../../ground/wire";
import type { SecretWords } from "../secret/blind";

const FORMAT = "dinh-paper/1";

/** The ballot paper as the node froze it: the part that a voter reads and a tablet compares. */
export interface Paper {
  format: string;
  meeting: string;
  meeting_title: string;
  body: string;
  motion: string;
  item_title: string;
  title: string;
  text: string;
  method: "question" | "election";
  /** Of a question. */
  choices: ChoiceId[];
  /** Of an election, in the order of the paper. */
  candidates: Candidate[];
  /** Of an election: how many are to be elected, and so the most that a ballot may choose. */
  seats: number;
  /** The key of a secret vote; null for an open one. */
  secret: SecretWords | null;
  documents: { id: string; title: string; sha256: string }[];
  rule: { title: string; base: "all" | "present" | "cast"; share: [number, number]; strict: boolean; citation: string; verified: boolean; weights: boolean; blank: "valid" | "invalid" };
  /** How many may vote; the hash of the list, which stands in the log as the opening roll. */
  voters: { count: number; weight: number; sha256: string; chair: string | null };
  opened_at: string;
}

/** A paper whose bytes hash to what the node says, for the motion that is open; everything shown is read from these bytes. */
export interface CheckedPaper {
  sha256: string;
  paper: Paper;
}

/** Hash the paper's bytes here. Null: they are not the paper that the node names, so nothing must be signed. */
export async function checkPaper(motion: MotionSnapshot, meeting: string): Promise<CheckedPaper | null> {
  if (!motion.paper_base64 || !motion.paper_sha256) return null;
  const bytes = fromBase64(motion.paper_base64);
  const hash = hex(await sha256(bytes));
  const paper = JSON.parse(new TextDecoder().decode(bytes)) as Paper;
  if (paper.format !== FORMAT) return null;
  const same = hash === motion.paper_sha256 && paper.motion === motion.motion && paper.meeting === meeting;
  return same ? { sha256: hash, paper } : null;
}

interface Cast {
  meeting: string;
  seat: string;
  choice: string;
  checked: CheckedPaper;
}

/** The ballot: a compact JWS by this tablet's key over the paper's hash and the choice. */
export function signBallot(key: Key, { meeting, seat, choice, checked }: Cast): Promise<string> {
  return signed(key, {
    meeting,
    motion: checked.paper.motion,
    paper: checked.sha256,
    choice,
    seat,
    nonce: base64url(crypto.getRandomValues(new Uint8Array(16))),
    at: new Date().toISOString(),
  });
}
