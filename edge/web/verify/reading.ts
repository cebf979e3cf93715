/** A bundle's bytes, the objects in it, and where they break. */

import { lenientText, soundLength, strictText, utf8, type Bytes } from "./bytes.ts";
import { BadJson, byCodePoint, canonical, parse, parseAt, type Json, type JsonObject } from "./json.ts";
import { Wrong } from "./report.ts";

/** The bundle's JSON; anything but its one canonical spelling is wrong. */
export function readBundle(raw: Bytes): JsonObject {
  const text = strictText(raw);
  if (text === null) {
    const byte = soundLength(raw);
    throw new Wrong("verify.not_utf8", locate(lenientText(raw.subarray(0, byte))), { byte });
  }
  const { value, again } = readText(text);
  if (again !== text) {
    const byte = firstDifference(utf8(again), raw);
    throw new Wrong("verify.not_canonical", locate(lenientText(raw.subarray(0, byte))), { byte });
  }
  if (!(value instanceof Map)) throw new Wrong("verify.shape", "bundle");
  return value;
}

function readText(text: string): { value: Json; again: string } {
  try {
    const value = parse(text);
    return { value, again: canonical(value) };
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
    throw new Wrong("verify.not_json", locate(text), { byte: utf8(text.slice(0, error.place)).length });
  }
}

function firstDifference(one: Bytes, other: Bytes): number {
  const least = Math.min(one.length, other.length);
  for (let place = 0; place < least; place += 1) if (one[place] !== other[place]) return place;
  return least;
}

/** The deepest top-level field or entry that the broken text reaches, read from its beginning. */
function locate(text: string): string {
  let where = "bundle";
  let place = 1;
  if (!text.startsWith("{")) return where;
  for (;;) {
    const key = attempt(text, place);
    if (key === null || typeof key.value !== "string" || text.charAt(key.end) !== ":") return where;
    where = key.value;
    place = key.end + 1;
    if (where === "entries" && text.charAt(place) === "[") {
      const array = countElements(text, place + 1);
      if (text.charAt(array.end) !== "]") return `entries[${array.count}]`;
      place = array.end + 1;
    } else {
      const value = attempt(text, place);
      if (value === null) return where;
      place = value.end;
    }
    if (text.charAt(place) !== ",") return where;
    place += 1;
  }
}

function attempt(text: string, place: number): { value: Json; end: number } | null {
  try {
    return parseAt(text, place);
  } catch (error) {
    if (error instanceof BadJson) return null;
    throw error;
  }
}

/** How many whole elements an array has from `place`, and where the reading ended. */
function countElements(text: string, from: number): { count: number; end: number } {
  let count = 0;
  let place = from;
  for (;;) {
    const element = attempt(text, place);
    if (element === null) return { count, end: place };
    const next = text.charAt(element.end);
    if (next !== ",") return { count: next === "]" ? count + 1 : count, end: element.end };
    count += 1;
    place = element.end + 1;
  }
}

/** A JSON object whose fields are asked for by type; a missing or other one is `wrong` at its place. */
export class Fields {
  readonly values: JsonObject;
  readonly where: string;
  readonly wrong: string;

  constructor(values: JsonObject, where: string, wrong: string) {
    this.values = values;
    this.where = where;
    this.wrong = wrong;
  }

  /** Exactly these fields and no other. */
  only(names: readonly string[]): this {
    const different = [...this.values.keys()].filter((key) => !names.includes(key));
    different.push(...names.filter((name) => !this.values.has(name)));
    const [first] = different.sort(byCodePoint);
    if (first !== undefined) throw this.at(first);
    return this;
  }

  /** Text that UTF-8 can carry: half of a surrogate pair is wrong, too. */
  text(name: string): string {
    const value = this.values.get(name);
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) throw this.at(name);
    return value;
  }

  number(name: string): bigint {
    const value = this.values.get(name);
    if (typeof value !== "bigint") throw this.at(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.values.get(name);
    if (typeof value !== "boolean") throw this.at(name);
    return value;
  }

  maybeText(name: string): string | null {
    return this.values.get(name) === null ? null : this.text(name);
  }

  object(name: string): Fields {
    const value = this.values.get(name);
    if (!(value instanceof Map)) throw this.at(name);
    return new Fields(value, `${this.where}.${name}`, this.wrong);
  }

  list(name: string): Json[] {
    const value = this.values.get(name);
    if (!Array.isArray(value)) throw this.at(name);
    return value;
  }

  texts(name: string): string[] {
    return this.list(name).map((one) => {
      if (typeof one !== "string") throw this.at(name);
      return one;
    });
  }

  objects(name: string): Fields[] {
    return this.list(name).map((one, place) => {
      if (!(one instanceof Map)) throw this.at(`${name}[${place}]`);
      return new Fields(one, `${this.where}.${name}[${place}]`, this.wrong);
    });
  }

  /** A fraction as [number, of]. */
  share(name: string): [bigint, bigint] {
    const [number, of, ...more] = this.list(name);
    if (typeof number !== "bigint" || typeof of !== "bigint" || number <= 0n || of <= 0n || more.length > 0) throw this.at(name);
    return [number, of];
  }

  at(name: string): Wrong {
    return new Wrong(this.wrong, `${this.where}.${name}`);
  }
}

/** Canonical JSON that is an object. */
export function readObject(text: string, where: string, wrong: string): Fields {
  try {
    const value = parse(text);
    if (value instanceof Map && canonical(value) === text) return new Fields(value, where, wrong);
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
  }
  throw new Wrong(wrong, where);
}
