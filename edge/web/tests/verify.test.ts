import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64url, fromBase64, fromBase64url, soundLength, utf8, type Bytes } from "../verify/bytes.ts";
import { BadJson, canonical, parse } from "../verify/json.ts";
import { isEd25519 } from "../verify/signatures.ts";

/** A browser whose WebCrypto has no Ed25519 yet. */
const without = { importKey: () => Promise.reject(new DOMException("Ed25519", "NotSupportedError")) } as unknown as SubtleCrypto;

function signedBy(text: string): { key: Bytes; signature: Bytes; signed: Bytes } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ format: "der", type: "spki" });
  return { key: new Uint8Array(spki.subarray(-32)), signature: new Uint8Array(sign(null, utf8(text), privateKey)), signed: utf8(text) };
}

describe("Ed25519", () => {
  it.each([["WebCrypto", crypto.subtle], ["what stands in where it is missing", without]])("is checked by %s", async (_name, subtle) => {
    const { key, signature, signed } = signedBy("dinh.local/test\n7\n");
    expect(await isEd25519(key, signature, signed, subtle)).toBe(true);
    for (let place = 0; place < signature.length; place += 1) {
      const bent = signature.map((byte, at) => (at === place ? byte ^ 1 : byte));
      expect(await isEd25519(key, bent, signed, subtle)).toBe(false);
    }
    expect(await isEd25519(key, signature, utf8("dinh.local/test\n8\n"), subtle)).toBe(false);
    expect(await isEd25519(key.slice(1), signature, signed, subtle)).toBe(false);
    expect(await isEd25519(signedBy("").key, signature, signed, subtle)).toBe(false);
  });
});

describe("the verifier's JSON", () => {
  it("keeps whole numbers of any size, and knows no others", () => {
    expect(canonical(parse("[9007199254740993,-1,0]"))).toBe("[9007199254740993,-1,0]");
    for (const text of ["1.0", "1e3", "-", "01", "NaN", "Infinity", "+1", "", "[1,]", '{"a":1,}', "{'a':1}", '"\t"', '"\\x41"', '"\\u00"', "nul", "1 2"]) {
      expect(() => parse(text), text).toThrow(BadJson);
    }
  });

  it("sorts keys as their UTF-8 bytes sort", () => {
    expect(canonical(parse('{"\u{10000}":1,"\uffff":2,"10":3,"9":4,"__proto__":5}'))).toBe('{"10":3,"9":4,"__proto__":5,"\uffff":2,"\u{10000}":1}');
  });

  it("has no spelling for half a character", () => {
    expect(() => canonical(parse('"\\ud800"'))).toThrow(BadJson);
    expect(canonical(parse('"\\ud83d\\ude00"'))).toBe('"😀"');
  });
});

describe("bytes", () => {
  it("have one spelling in base64", () => {
    for (const size of [0, 1, 2, 3, 32, 64]) {
      const raw = crypto.getRandomValues(new Uint8Array(size));
      expect(fromBase64(Buffer.from(raw).toString("base64"))).toEqual(raw);
      expect(fromBase64url(Buffer.from(raw).toString("base64url"))).toEqual(raw);
      expect(base64url(raw)).toBe(Buffer.from(raw).toString("base64url"));
    }
    for (const text of ["QR==", "QQ=", "QQ", "Q", "QQ==\n", "QUI", "QUJ=", "a-b_"]) expect(fromBase64(text), text).toBeNull();
    for (const text of ["QR", "QUJ", "Q", "QQ==", "a+b/"]) expect(fromBase64url(text), text).toBeNull();
  });

  it("are sound UTF-8 up to the first that is not", () => {
    for (const [raw, sound] of [[[0x61, 0xff], 1], [[0xc3], 0], [[0x61, 0xe1, 0xba], 1], [[0xed, 0xa0, 0x80], 0], [[0x61, 0x62], 2]] as const) {
      expect(soundLength(Uint8Array.from(raw))).toBe(sound);
    }
  });
});
