/** Roll calls: who may sign as secretary and as chair, both signatures over the same lines, and every line counted once. */

import { hex, lenientText, sha256, utf8 } from "./bytes.ts";
import { checkProof, keyNamed, readKey } from "./keys.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong } from "./report.ts";
import { isEs256, openJws, type Jwk } from "./signatures.ts";

const CALL = ["meeting", "motion", "paper", "lines", "nonce", "at"];
const APPROVAL = ["meeting", "motion", "call", "at"];

type Role = "secretary" | "chair";

/** Whose key it is, and in which role it may sign. */
interface Clerk {
  kid: string;
  account: string;
  role: Role;
  jwk: Jwk;
}

/** What a ballot says, through whatever door it came. `digest` names it: the hash of the signed bytes, or of the roll call and whose line it is. */
export interface Said {
  member: string;
  choice: string;
  nonce: string;
  digest: string;
}

/** The clerks' keys and the roll call that is being counted. */
export class Calls {
  private readonly clerks = new Map<string, Clerk>();
  /** Account and role -> id of the key that is bound now. */
  private readonly live = new Map<string, string>();
  private call = "";
  /** Lines of that roll call that the log has still to show. */
  private lines: Said[] = [];

  private readonly meeting: string;
  private readonly motion: string;
  private readonly paperSha256: string;

  constructor(meeting: string, motion: string, paperSha256: string) {
    this.meeting = meeting;
    this.motion = motion;
    this.paperSha256 = paperSha256;
  }

  /** The browser of an account proved that it holds the key, for this meeting. */
  async bind(entry: Fields): Promise<void> {
    entry.object("jwk").only(["kty", "crv", "x", "y"]);
    entry.text("kid");
    const [account, role] = [entry.text("account"), entry.text("role")];
    const key = readKey(entry);
    if (role !== "secretary" && role !== "chair") throw entry.at("role");
    await checkProof(entry, key, this.meeting, () => account, "verify.clerk_proof");
    this.clerks.set(key.kid, { kid: key.kid, account, role, jwk: key.jwk });
    this.live.set(`${role} ${account}`, key.kid);
  }

  /** Both signatures, by two people, over the same lines of this paper. */
  async take(entry: Fields): Promise<void> {
    const { where } = entry;
    const text = entry.text("secretary");
    this.call = hex(await sha256(utf8(text)));
    if (entry.text("call") !== this.call) throw new Wrong("verify.call_place", `${where}.call`, { wanted: this.call });
    const [secretary, said] = await this.signed(entry, "secretary", CALL);
    const [chair, approved] = await this.signed(entry, "chair", APPROVAL);
    if (secretary.account === chair.account || secretary.kid === chair.kid) throw new Wrong("verify.call_alone", where, { account: chair.account });
    this.checkPlace(said, [["meeting", this.meeting], ["motion", this.motion], ["paper", this.paperSha256]]);
    this.checkPlace(approved, [["meeting", this.meeting], ["motion", this.motion], ["call", this.call]]);
    this.lines = await readLines(said, text);
  }

  private checkPlace(said: Fields, here: [string, string][]): void {
    for (const [name, wanted] of here) {
      if (said.text(name) !== wanted) throw new Wrong("verify.call_place", `${said.where}.${name}`, { wanted });
    }
  }

  /** The next line, as the secretary signed it. */
  line(entry: Fields): Said {
    const [next, ...rest] = this.lines;
    if (next === undefined || entry.text("call") !== this.call) throw new Wrong("verify.call_lines", entry.where);
    this.lines = rest;
    for (const [name, signed] of [["member", next.member], ["choice", next.choice]] as const) {
      if (entry.text(name) !== signed) throw new Wrong("verify.call_lines", `${entry.where}.${name}`, { signed });
    }
    return next;
  }

  /** No line that was signed is left out. */
  done(where: string): void {
    const [next] = this.lines;
    if (next !== undefined) throw new Wrong("verify.call_lines", where, { member: next.member, missing: this.lines.length });
  }

  /** Who signed, and what; the key is bound now, in this role. */
  private async signed(entry: Fields, role: Role, fields: string[]): Promise<[Clerk, Fields]> {
    const where = `${entry.where}.${role}`;
    const jws = openJws(entry.text(role));
    if (jws === null) throw new Wrong("verify.call_form", where);
    const kid = keyNamed(jws);
    if (typeof kid !== "string") throw new Wrong("verify.call_form", `${where}.header`);
    const clerk = this.clerks.get(kid);
    if (clerk?.role !== role || this.live.get(`${role} ${clerk.account}`) !== kid) throw new Wrong("verify.call_key", where, { kid });
    if (!(await isEs256(clerk.jwk, jws))) throw new Wrong("verify.call_signature", where, { account: clerk.account });
    return [clerk, readObject(lenientText(jws.payload), `${where}.payload`, "verify.call_form").only(fields)];
  }
}

async function readLines(said: Fields, text: string): Promise<Said[]> {
  const lines = said.objects("lines").map((line) => line.only(["member", "choice"]));
  const members = lines.map((line) => line.text("member"));
  const nonce = said.text("nonce");
  if (lines.length === 0 || new Set(members).size !== members.length) throw said.at("lines");
  return Promise.all(
    lines.map(async (line) => {
      const member = line.text("member");
      return { member, choice: line.text("choice"), nonce, digest: hex(await sha256(utf8(`${text}\n${member}`))) };
    }),
  );
}
