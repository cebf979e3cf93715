/**
 * JSON read strictly, and written in its one spelling: sorted keys, no spaces, whole numbers only.
 *
 * The browser's own reader will not do: it forgets which of two equal keys came first, rounds large numbers, orders keys
 * that look like numbers in its own way, and does not say where it stopped.
 */

export type Json = null | boolean | bigint | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** The text is no JSON that we accept. `place` is in UTF-16 units. */
export class BadJson extends Error {
  readonly place: number;

  constructor(what: string, place: number) {
    super(what);
    this.place = place;
  }
}

const DEEPEST = 900;
const LONGEST_NUMBER = 4300;
const SPACE = " \t\n\r";
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const ESCAPES = new Map(Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }));
const WORDS: [string, Json][] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/** The value that the whole text is. */
export function parse(text: string): Json {
  const reader = new Reader(text, 0);
  reader.skipSpace();
  const value = reader.value(0);
  reader.skipSpace();
  if (reader.place !== text.length) throw new BadJson("extra data", reader.place);
  return value;
}

/** The value that begins at `place`, and where it ends. */
export function parseAt(text: string, place: number): { value: Json; end: number } {
  const reader = new Reader(text, place);
  const value = reader.value(0);
  return { value, end: reader.place };
}

class Reader {
  readonly text: string;
  place: number;

  constructor(text: string, place: number) {
    this.text = text;
    this.place = place;
  }

  skipSpace(): void {
    while (this.place < this.text.length && SPACE.includes(this.text.charAt(this.place))) this.place += 1;
  }

  value(depth: number): Json {
    if (depth > DEEPEST) throw new BadJson("too deep", 0);
    const first = this.text.charAt(this.place);
    if (first === '"') return this.string();
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.place)) {
        this.place += word.length;
        return value;
      }
    }
    return this.number();
  }

  private number(): bigint {
    NUMBER.lastIndex = this.place;
    const found = NUMBER.exec(this.text);
    if (found === null) throw new BadJson("no value", this.place);
    const [written, fraction, exponent] = found;
    if (fraction !== undefined || exponent !== undefined || written.length > LONGEST_NUMBER) throw new BadJson("not a whole number", 0);
    this.place += written.length;
    return BigInt(written);
  }

  private string(): string {
    const begin = this.place;
    this.place += 1;
    let text = "";
    for (;;) {
      const from = this.place;
      while (isPlain(this.text.charAt(this.place))) this.place += 1;
      text += this.text.slice(from, this.place);
      const next = this.text.charAt(this.place);
      if (next === "") throw new BadJson("string without end", begin);
      if (next !== '"' && next !== "\\") throw new BadJson("control character", this.place);
      this.place += 1;
      if (next === '"') return text;
      text += this.escaped(begin);
    }
  }

  private escaped(begin: number): string {
    const letter = this.text.charAt(this.place);
    if (letter === "") throw new BadJson("string without end", begin);
    this.place += 1;
    if (letter !== "u") {
      const plain = ESCAPES.get(letter);
      if (plain === undefined) throw new BadJson("unknown escape", this.place - 2);
      return plain;
    }
    const digits = this.text.slice(this.place, this.place + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new BadJson("no code point", this.place - 1);
    this.place += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private array(depth: number): Json[] {
    const values: Json[] = [];
    this.place += 1;
    this.skipSpace();
    if (this.taken("]")) return values;
    for (;;) {
      values.push(this.value(depth + 1));
      this.skipSpace();
      if (this.taken("]")) return values;
      this.expect(",");
      this.skipSpace();
    }
  }

  private object(depth: number): JsonObject {
    const values: JsonObject = new Map<string, Json>();
    this.place += 1;
    this.skipSpace();
    if (this.taken("}")) return values;
    for (;;) {
      if (this.text.charAt(this.place) !== '"') throw new BadJson("no key", this.place);
      const key = this.string();
      this.skipSpace();
      this.expect(":");
      this.skipSpace();
      values.set(key, this.value(depth + 1));
      this.skipSpace();
      if (this.taken("}")) return values;
      this.expect(",");
      this.skipSpace();
    }
  }

  private taken(sign: string): boolean {
    if (this.text.charAt(this.place) !== sign) return false;
    this.place += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.taken(sign)) throw new BadJson(`no ${sign}`, this.place);
  }
}

/** True for a character that stands for itself in a string. */
const isPlain = (letter: string) => letter >= " " && letter !== '"' && letter !== "\\";

/** The one spelling. Throws BadJson for text that has no UTF-8: half of a surrogate pair. */
export function canonical(value: Json): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = [...value.keys()].sort(byCodePoint);
  return `{${keys.map((key) => `${quoted(key)}:${canonical(value.get(key) ?? null)}`).join(",")}}`;
}

function quoted(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new BadJson("half a character", 0);
  return JSON.stringify(text);
}

/** Order by code points, as bytes of UTF-8 would sort; JavaScript's own order is by UTF-16 units. */
export function byCodePoint(one: string, other: string): number {
  const least = Math.min(one.length, other.length);
  for (let place = 0; place < least; place += 1) {
    const [a, b] = [one.codePointAt(place) ?? 0, other.codePointAt(place) ?? 0];
    if (a !== b) return a - b;
  }
  return one.length - other.length;
}
