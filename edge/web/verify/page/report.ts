/** The report: the verdict, each step with what it counted, and on failure which entry and why. */

import { lenientText, type Bytes } from "../bytes.ts";
import type { Facts, Finding, Report, Step } from "../report.ts";
import { h, mark } from "./dom.ts";
import type { Given } from "./files.ts";
import { dateTime, knows, shown, words } from "./words.ts";

const ALWAYS: Step[] = ["bytes", "checkpoint", "entries", "root", "paper", "names", "rolls", "ballots", "result"];
const MOST_SHOWN = 20;

export function drawVerdict(report: Report, file: string, at: Date): HTMLElement {
  const { ok, findings } = report;
  const text = ok ? "rightText" : findings.length > 1 ? "wrongSome" : "wrongText";
  return h(
    "section",
    { class: ok ? "verdict right" : "verdict wrong", role: "status" },
    mark(ok ? "tick" : "cross", 56),
    h(
      "div",
      {},
      h("h2", { id: "verdict", tabindex: "-1" }, words("report", ok ? "right" : "wrong")),
      h("p", {}, words("report", text, { count: findings.length })),
      h("p", { class: "small" }, words("report", "checkedAt", { at: dateTime(at, "here"), file })),
    ),
  );
}

export function drawSteps(report: Report, given: Given): HTMLElement {
  const wanted: Step[] = [...ALWAYS];
  if (given.receipts.length > 0) wanted.push("receipts");
  if (given.heads.length > 0) wanted.push("heads");
  if (given.documents.length > 0) wanted.push("documents");
  const last = report.steps.at(-1);
  const lines = wanted.map((step) => {
    const state = !report.steps.includes(step) ? "skipped" : !report.ok && step === last ? "failed" : "done";
    const shape = { skipped: "dash", failed: "cross", done: "tick" } as const;
    const told = state === "done" ? countOf(step, report.summary, given) : "";
    return h(
      "li",
      { class: state },
      h("span", { class: "mark" }, mark(shape[state], 20)),
      h("span", {}, words("steps", step), h("span", { class: "sr-only" }, `: ${words("report", state)}`)),
      h("span", { class: "quiet told" }, told),
    );
  });
  return h("section", { class: "card", "aria-labelledby": "steps-title" }, h("h2", { id: "steps-title" }, words("report", "steps")), h("ol", { class: "steps" }, ...lines));
}

function countOf(step: Step, summary: Facts, given: Given): string {
  const facts: Facts = { ...summary, bytes: given.bundle?.bytes.length ?? 0, key: shortKey(String(summary.key)), root: String(summary.root).slice(0, 16) };
  if (step === "entries" && summary.hidden !== 0) return words("counts", "entriesHidden", facts);
  if (step === "names" && summary.names === 0) return words("counts", "namesNone");
  if (step === "ballots" && summary.tokens !== undefined) return words("counts", "ballotsSecret", facts);
  return words("counts", step, facts);
}

/** The four bytes by which people tell keys apart; the whole key stands further down. */
const shortKey = (key: string) => key.split("+")[1] ?? "";

export function drawFindings(findings: Finding[], given: Given): HTMLElement {
  const lines = findings.slice(0, MOST_SHOWN).map((finding) => drawFinding(finding, given));
  if (findings.length > MOST_SHOWN) lines.push(h("li", { class: "quiet" }, words("report", "moreFound", { count: findings.length - MOST_SHOWN })));
  return h("section", { class: "card findings", "aria-labelledby": "found-title" }, h("h2", { id: "found-title" }, words("report", "found")), h("ul", {}, ...lines));
}

function drawFinding({ code, where, facts }: Finding, given: Given): HTMLElement {
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    const text = name === "reason" && knows("reasons", String(value)) ? words("reasons", String(value)) : shown(value);
    return [h("dt", {}, knows("facts", name) ? words("facts", name) : name), h("dd", {}, text)];
  });
  return h(
    "li",
    {},
    h("h3", {}, placeName(where, given)),
    h("p", {}, words("found", code.replace(/^verify\./, ""))),
    h("dl", { class: "figures" }, h("dt", {}, words("report", "exact")), h("dd", {}, `${where} (${code})`), ...rows),
  );
}

/** The place in words: "Dòng sổ số 12 (lá phiếu)". */
function placeName(where: string, given: Given): string {
  const [, pile, digits = ""] = /^(entries|receipts|heads|documents)\[(\d+)\]/.exec(where) ?? [];
  const place = Number(digits);
  if (pile === undefined) {
    const [head = ""] = where.split(".");
    return words("places", knows("places", head) ? head : "bundle");
  }
  if (pile === "receipts") return words("places", "receipt", { name: given.receipts[place]?.name ?? digits });
  if (pile === "heads") return words("places", "head", { number: place + 1 });
  if (pile === "documents") return words("places", "document", { name: given.documents[place]?.name ?? digits });
  const kind = kindOf(given.bundle?.bytes, place);
  return kind === null ? words("places", "entry", { number: digits }) : words("places", "entryOf", { number: digits, kind: words("kinds", kind) });
}

/** What the entry says it is. Only for people to find their way: a file that is wrong may say anything. */
function kindOf(raw: Bytes | undefined, place: number): string | null {
  try {
    const bundle = JSON.parse(lenientText(raw ?? new Uint8Array())) as { entries: { text: string }[] };
    const { kind } = JSON.parse(bundle.entries[place]?.text ?? "null") as { kind: string };
    return knows("kinds", kind) ? kind : null;
  } catch {
    return null;
  }
}

/** What no file can prove by itself, with what to compare. */
export function drawOwed(summary: Facts, given: Given): HTMLElement {
  const compared = [["labelKey", summary.key], ["labelRoot", summary.root], ["labelPaper", summary.paper_sha256]] as const;
  return h(
    "section",
    { class: "card owed", "aria-labelledby": "owed-title" },
    h("h2", { id: "owed-title" }, words("owed", "title")),
    h("ol", {}, h("li", {}, words("owed", given.key === "" ? "key" : "keyGiven")), h("li", {}, words("owed", "head")), h("li", {}, words("owed", "room")), h("li", {}, words("owed", "rule"))),
    h("dl", { class: "figures" }, ...compared.flatMap(([label, value]) => [h("dt", {}, words("owed", label)), h("dd", {}, String(value))])),
  );
}
