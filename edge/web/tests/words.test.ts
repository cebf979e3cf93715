import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../src/locales/en.json";
import vi from "../src/locales/vi.json";

const SRC = join(import.meta.dirname, "../src");
const PLURALS = /_(zero|one|two|few|many|other)$/;
const AREAS = ["ground", "errors", "meeting", "desk", "camera", "house", "areas", "onvif"];
/** Made from a code that came from the node: the catalogue of codes, not the pages, says which are used. */
const FROM_CODES = ["errors."];

function leaves(tree: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "string") found.set(path, value);
    else for (const [inner, words] of leaves(value as object, path)) found.set(inner, words);
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".gen."))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

interface Uses {
  exact: Set<string>;
  prefixes: string[];
}

/** Keys as they stand in the source: any quoted word under an area, and the fixed beginning of template keys. */
function uses(): Uses {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  const area = `(?:${AREAS.join("|")})`;
  for (const text of sources(SRC)) {
    for (const [, key] of text.matchAll(new RegExp(`["'\`](${area}(?:\\.[A-Za-z0-9_-]+)+)["'\`]`, "g"))) if (key !== undefined) exact.add(key);
    for (const [, key] of text.matchAll(new RegExp(`\`(${area}\\.[A-Za-z0-9_.-]*)\\$\\{`, "g"))) if (key !== undefined) prefixes.push(key);
  }
  return { exact, prefixes };
}

/** The closed codes of the rooms, as their Python enumerations write them: NAME = "room.code". */
function codes(): string[] {
  const house = join(import.meta.dirname, "../../..");
  const files = ["meeting/domain/errors.py", "cameras/domain/errors.py", "edge/refusals.py"].map((name) => join(house, name)).filter(existsSync);
  return files.flatMap((name) => [...readFileSync(name, "utf8").matchAll(/^ {4}[A-Z_]+ = "([a-z]+\.[a-z_]+)"/gm)].map(([, code]) => code ?? ""));
}

/** What is wrong with a file that is given to `dinh models` is said there, and no page can meet it. */
function toldAtTheTerminal(): Set<string> {
  const text = readFileSync(join(import.meta.dirname, "../../words/vi.toml"), "utf8");
  return new Set([...text.matchAll(/^"(models\.[a-z_]+)" = /gm)].map(([, code]) => code ?? ""));
}

const words = { vi: leaves(vi), en: leaves(en) };

/** A key with its plural ending taken off, because Vietnamese has one form where English has two. */
const stem = (key: string) => key.replace(PLURALS, "");
const stems = (language: "vi" | "en") => new Set([...words[language].keys()].map(stem));

describe("the catalogue of words", () => {
  it("has the same keys in both languages", () => {
    expect([...stems("vi")].filter((key) => !stems("en").has(key))).toEqual([]);
    expect([...stems("en")].filter((key) => !stems("vi").has(key))).toEqual([]);
  });

  it("has only the known areas", () => {
    expect(Object.keys(vi).filter((key) => !AREAS.includes(key))).toEqual([]);
  });

  it("has every key that a page uses", () => {
    const known = stems("vi");
    expect([...uses().exact].filter((key) => !known.has(key) && !known.has(`errors.${key}`))).toEqual([]);
  });

  it("has a sentence for every code that the node can refuse with", () => {
    const known = stems("vi");
    const told = toldAtTheTerminal();
    expect(codes().filter((code) => !known.has(`errors.${code}`) && !told.has(code))).toEqual([]);
  });

  it("has no key that no page uses", () => {
    const { exact, prefixes } = uses();
    const unused = [...stems("vi")].filter(
      (key) => !exact.has(key) && ![...prefixes, ...FROM_CODES].some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it("uses the same facts in both languages", () => {
    const facts = (text: string) => [...new Set(text.match(/\{\{\s*\w+/g) ?? [])].map((fact) => fact.replace(/\W/g, "")).sort();
    const different = [...words.vi].filter(([key, text]) => {
      const other = words.en.get(key) ?? words.en.get(`${key}_other`) ?? words.en.get(`${stem(key)}_other`);
      return other === undefined || JSON.stringify(facts(text)) !== JSON.stringify(facts(other));
    });
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it("leaves nothing empty and no English word in the Vietnamese sentences that has a Vietnamese one", () => {
    expect([...words.vi, ...words.en].filter(([, text]) => text.trim() === "")).toEqual([]);
    const foreign = /\b(the|and|error|failed|please|click|submit|cancel|save|delete|loading)\b/i;
    expect([...words.vi].filter(([, text]) => foreign.test(text)).map(([key]) => key)).toEqual([]);
  });
});
