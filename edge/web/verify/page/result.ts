/** The result as it was counted here: verdict, bars with words and shapes, the rule, and every ballot with its code. */

import type { Json } from "../json.ts";
import { chosenBy } from "../paper.ts";
import { codeOf } from "../receipts.ts";
import type { Counted } from "../verifier.ts";
import { h, mark, type Shape } from "./dom.ts";
import { dateTime, number, words } from "./words.ts";

interface Bar {
  id: string;
  shape: Shape;
  name: string;
  note: string;
  votes: bigint;
}

const SHAPES: Record<string, Shape> = { for: "tick", against: "cross", abstain: "dash" };
const FEW = 12;

export function drawResult(counted: Counted): HTMLElement {
  const { paper, result, corrections } = counted;
  const isAdopted = result.get("adopted") === true;
  return h(
    "section",
    { class: "card result", "aria-labelledby": "result-title" },
    h("p", { class: "quiet" }, [paper.body, paper.meetingTitle].filter((text) => text !== "").join(" · ")),
    h("h2", { id: "result-title" }, paper.title),
    h("p", { class: isAdopted ? "outcome for" : "outcome against" }, mark(isAdopted ? "tick" : "cross", 32), h("b", {}, verdict(counted, isAdopted))),
    bars(counted),
    h("p", {}, numbers(counted)),
    h("p", { class: "quiet" }, h("b", {}, words("result", "rule")), ": ", ruleLine(counted)),
    ...corrections.map(({ text, at }) => h("p", { class: "correction" }, h("b", {}, words("result", "correction", { at: dateTime(new Date(at), "commune") })), " ", text)),
  );
}

function verdict({ paper }: Counted, isAdopted: boolean): string {
  if (paper.choices.length > 0) return words("result", isAdopted ? "adopted" : "rejected");
  return words("result", isAdopted ? "elected" : "notElected", { seats: paper.seats });
}

const whole = (value: Json | undefined): bigint => (typeof value === "bigint" ? value : 0n);
const listed = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function rows({ paper, result }: Counted): Bar[] {
  const votes = result.get("votes");
  const of = (id: string) => whole(votes instanceof Map ? votes.get(id) : 0n);
  if (paper.choices.length > 0) return paper.choices.map((id) => ({ id, shape: SHAPES[id] ?? "dash", name: words("result", id), note: "", votes: of(id) }));
  return paper.candidates.map(({ id, name }) => {
    const isElected = listed(result.get("elected")).includes(id);
    const isTied = listed(result.get("tied")).includes(id);
    const note = isElected ? words("result", "isElected") : isTied ? words("result", "isTied") : "";
    return { id: isElected ? "for" : "abstain", shape: isElected ? "tick" : "person", name, note, votes: of(id) };
  });
}

/** A length between 0 and 100 of the whole, in tenths. */
const percent = (part: bigint, of: bigint) => (of > 0n ? Number((part * 1000n) / of) / 10 : 0);

function bars(counted: Counted): HTMLElement {
  const { result, paper } = counted;
  const [all, needed] = [whole(result.get("eligible")), whole(result.get("needed"))];
  return h(
    "dl",
    { class: "bars" },
    ...rows(counted).map(({ id, shape, name, note, votes }, place) => {
      const fill = h("span", { class: `fill ${id}` });
      fill.style.width = `${percent(votes, all)}%`;
      const line = h("span", { class: "needed", title: words("result", "needed", { needed }) });
      line.style.left = `${Math.min(percent(needed, all), 100)}%`;
      const hasLine = place === 0 || paper.candidates.length > 0;
      return h(
        "div",
        { class: "bar" },
        h("dt", {}, h("span", { class: `mark ${id}` }, mark(shape, 20)), h("span", {}, name, note !== "" && h("small", {}, ` ${note}`))),
        h("dd", { class: "track" }, fill, hasLine && line),
        h("dd", { class: "votes" }, number(votes), place === 0 && h("small", {}, words("result", "needed", { needed }))),
      );
    }),
  );
}

function numbers({ paper, result }: Counted): string {
  const facts = Object.fromEntries(["eligible", "present", "cast", "invalid", "blank", "issued"].map((name) => [name, whole(result.get(name))]));
  const line = words("result", paper.rule.values.get("weights") === true ? "numbersWeighed" : "numbers", facts);
  const issued = result.get("issued") === null ? "" : words("result", "issued", facts);
  const blank = facts.blank === 0n ? "" : words("result", paper.rule.text("blank") === "invalid" ? "blankAway" : "blank", facts);
  return [line, blank, issued].filter((part) => part !== "").join(" ");
}

function ruleLine({ paper }: Counted): string {
  const { rule } = paper;
  const how = words("result", rule.flag("strict") ? "more" : "least", { share: rule.share("share").join("/") });
  const base = rule.text("base") === "all" ? "all" : rule.text("base") === "present" ? "present" : "cast";
  const elects = { all: "electsAll", present: "electsPresent", cast: "electsCast" }[base];
  const text = words("result", paper.choices.length > 0 ? base : elects, { how });
  const citation = rule.values.get("citation");
  const unverified = rule.values.get("verified") === true ? "" : words("result", "unverified");
  return [text, typeof citation === "string" ? `${citation}.` : "", unverified].filter((part) => part !== "").join(" ");
}

/** Every ballot that counts, by its short code, with a field to find one. */
export function drawBoard(counted: Counted): HTMLElement {
  const { last, box } = counted.story;
  const open = [...last.values()].map(({ sha256, choice }) => ({ code: codeOf(sha256), choice: choiceWords(counted, choice) }));
  const boxed = [...box.ballots.values()].map(({ tracker, choice }) => ({ code: codeOf(tracker), choice: choiceWords(counted, choice) }));
  const lines = [...open, ...boxed];
  lines.sort((one, other) => (one.code < other.code ? -1 : 1));
  const body = h("tbody");
  const status = h("p", { role: "status", class: "quiet" });
  const show = (sought: string) => {
    const found = lines.filter(({ code }) => code.replace("-", "").includes(sought));
    body.replaceChildren(...found.map(({ code, choice }) => h("tr", {}, h("td", { class: "code" }, code), h("td", {}, choice))));
    status.textContent = found.length === 0 ? words("result", "notFound") : words("result", "foundCount", { count: found.length, all: lines.length });
  };
  const input = h("input", { id: "search", type: "search", autocomplete: "off", spellcheck: "false", autocapitalize: "characters" });
  input.addEventListener("input", () => show(input.value.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0")));
  show("");
  return h(
    "section",
    { class: "card board", "aria-labelledby": "board-title" },
    h("h2", { id: "board-title" }, words("result", "board")),
    h("p", { class: "quiet" }, words("result", box.key === null ? "boardText" : "boardSecret")),
    h("div", { class: "field no-print" }, h("label", { for: "search" }, words("result", "search")), input),
    h("div", { class: "no-print" }, status),
    h(
      "div",
      { class: lines.length > FEW ? "scroll tall" : "scroll", tabindex: "0", role: "region", "aria-labelledby": "board-title" },
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, words("result", "code")), h("th", { scope: "col" }, words("result", "choice")))), body),
    ),
  );
}

function choiceWords({ paper }: Counted, choice: string): string {
  const chosen = chosenBy(paper, choice);
  if (chosen === null) return words("result", "invalid");
  if (chosen.length === 0) return paper.rule.text("blank") === "invalid" ? `${words("result", "none")} (${words("result", "blankInvalid")})` : words("result", "none");
  return chosen.map((id) => paper.candidates.find((one) => one.id === id)?.name ?? words("result", id)).join(", ");
}
