/** The page: files in, report out, all on this machine. */

import { verify, type Counted } from "../verifier.ts";
import type { Report } from "../report.ts";
import { h } from "./dom.ts";
import { FilesForm } from "./files.ts";
import { drawFindings, drawOwed, drawSteps, drawVerdict } from "./report.ts";
import { drawBoard, drawResult } from "./result.ts";
import { speak, spoken, words, type Language } from "./words.ts";

interface Done {
  report: Report;
  counted: Counted | null;
  at: Date;
}

const root = document.getElementById("page") ?? document.body;
const form = new FilesForm(() => void check());
let done: Done | null = null;
/** Counts the checks begun, so that one that was overtaken shows nothing. */
let turn = 0;

async function check(): Promise<void> {
  turn += 1;
  const mine = turn;
  const { bundle, key, receipts, heads, documents } = form.given;
  done = null;
  draw();
  if (bundle === null) return;
  const beside = { key: key === "" ? null : key, receipts: receipts.map(({ bytes }) => bytes), documents: documents.map(({ bytes }) => bytes), heads };
  const outcome = await verify(bundle.bytes, beside, async (step) => {
    progress(words("report", "working", { step: words("steps", step) }));
    await new Promise((next) => setTimeout(next));
  });
  if (mine !== turn) return;
  done = { ...outcome, at: new Date() };
  draw();
  document.getElementById("verdict")?.focus({ preventScroll: false });
}

function progress(text: string): void {
  const line = document.getElementById("progress");
  if (line !== null) line.textContent = text;
}

function draw(): void {
  const parts = canCount() ? [form.drawBundle(), outcome(), form.drawMore()] : [tooOld()];
  root.replaceChildren(header(), h("main", {}, h("h1", {}, words("page", "heading")), h("p", { class: "lead" }, words("page", "lead")), ...parts), footer());
}

/** WebCrypto is there where the browser is new enough and holds the file's place for safe. */
const canCount = () => (globalThis as { crypto?: { subtle?: unknown } }).crypto?.subtle !== undefined;

function tooOld(): HTMLElement {
  return h("p", { class: "card", role: "alert" }, words("page", "noModern"));
}

function outcome(): HTMLElement {
  if (done === null) return h("p", { id: "progress", class: "progress", role: "status" });
  const { report, counted, at } = done;
  const parts: (HTMLElement | null)[] = [
    drawVerdict(report, form.given.bundle?.name ?? "", at),
    report.ok ? null : drawFindings(report.findings, form.given),
    counted === null ? null : drawResult(counted),
    drawSteps(report, form.given),
    counted === null ? null : drawOwed(report.summary, form.given),
    counted === null ? null : drawBoard(counted),
  ];
  return h("div", { class: "outcome-parts" }, ...parts, h("button", { type: "button", class: "button no-print", onclick: () => window.print() }, words("report", "print")));
}

function header(): HTMLElement {
  const languages: [Language, string][] = [["vi", "Tiếng Việt"], ["en", "English"]];
  const buttons = languages.map(([language, name]) =>
    h("button", { type: "button", lang: language, "aria-pressed": String(spoken() === language), onclick: () => change(language) }, name),
  );
  return h("header", {}, h("p", { class: "brand" }, h("b", {}, "Đình"), " ", h("span", {}, words("page", "title"))), h("div", { class: "languages no-print", role: "group", "aria-label": words("page", "language") }, ...buttons));
}

function change(language: Language): void {
  speak(language);
  draw();
  document.querySelector<HTMLElement>(`.languages [lang=${language}]`)?.focus();
}

function footer(): HTMLElement {
  return h("footer", { class: "quiet" }, words("page", "foot"));
}

addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void form.drop(event.dataTransfer?.files ?? []);
});
speak(spoken());
draw();
