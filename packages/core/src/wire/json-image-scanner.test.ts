import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCodec } from "../node/platform/node-codec.ts";
import { BrokenImage, sha256OnArrival } from "./base64-sink.ts";
import { JsonImageScanner } from "./json-image-scanner.ts";

const IMAGE_KEYS = ["b64_json", "data"];
const SKIP_KEYS = ["thoughtSignature"];
const options = { codec: nodeCodec, imageKeys: IMAGE_KEYS, skipKeys: SKIP_KEYS };

function scan(
  text: string | Uint8Array,
  cuts: readonly number[] = [],
  contentLength?: number,
): { json: unknown; scanner: JsonImageScanner } {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const scanner = new JsonImageScanner({ ...options, contentLength });
  const borders = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < borders.length; index += 1)
    scanner.push(bytes.subarray(borders[index - 1], borders[index]));
  return { json: scanner.finish(), scanner };
}

function everyByte(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

const pixels = randomFillSync(Buffer.alloc(100_000));
const base64 = pixels.toString("base64");

describe("a long base64 string at an image key", () => {
  test.each([
    ["one chunk", []],
    ["chunks of one byte", everyByte(base64.length + 50)],
    [
      "borders inside the key and the last group",
      [5, 12, 13, 14, base64.length + 11, base64.length + 12, base64.length + 13, base64.length + 14],
    ],
  ])("is decoded out of %s", (_, cuts) => {
    const text = `{"b64_json":"${base64}","usage":{"output_tokens":7}}`;
    const { json, scanner } = scan(text, cuts, text.length);
    expect(json).toEqual({ b64_json: new Uint8Array(pixels), usage: { output_tokens: 7 } });
    expect(scanner.textBytes).toBeLessThan(100);
    const [image] = scanner.images;
    expect(image instanceof Uint8Array && sha256OnArrival(image)).toBe(nodeCodec.sha256Hex(pixels));
  });

  test("keeps no more than a little slack behind the bytes, whatever length was announced", () => {
    for (const contentLength of [undefined, 10, base64.length, 50_000_000]) {
      const { json } = scan(`{"b64_json":"${base64}"}`, everyByte(1000), contentLength);
      const bytes = (json as { b64_json: Uint8Array }).b64_json;
      expect(bytes.length).toBe(pixels.length);
      expect(bytes.buffer.byteLength).toBeLessThan(pixels.length * 1.13);
    }
  });

  test.each([
    ["escaped slashes", base64.replaceAll("/", "\\/")],
    ["unicode escapes", base64.replaceAll("+", "\\u002b").replaceAll("/", "\\u002F")],
    ["escaped line breaks as in MIME", base64.replaceAll(/.{76}/g, "$&\\r\\n")],
    ["raw line breaks, which JSON forbids and some proxies make", base64.replaceAll(/.{76}/g, "$&\n")],
    ["missing padding", base64.replace(/=+$/, "")],
    ["white space before the end", `${base64} `],
    ["the URL-safe alphabet", base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["the head of a data URL", `data:image/png;base64,${base64}`],
    ["the head of a data URL with an escaped slash", `data:image\\/png;base64,${base64}`],
  ])("may hold %s", (_, text) => {
    for (const cuts of [[], everyByte(text.length), [2000, 2001, 2003]]) {
      expect(scan(`{"data":"${text}"}`, cuts).json).toEqual({ data: new Uint8Array(pixels) });
    }
  });

  test.each([
    ["the head of a data URL without its comma", `data:image/png;base64${base64}`, "is not base64"],
    ["other characters", `${base64.slice(0, 5000)}!AAA`, "is not base64"],
    ["an escaped quote", `${base64.slice(0, 5000)}\\"${base64.slice(0, 5000)}`, "is not base64"],
    ["padding in the middle", `${base64.slice(0, 4998)}==${base64.slice(0, 5000)}`, "is not base64"],
    ["too much padding", `${base64.slice(0, 5000)}====`, "is not base64"],
    ["padding where none belongs", `${base64.slice(0, 5000)}=`, "ends in the middle of a base64 group"],
    ["a lonely last character", `${base64.slice(0, 5000)}A`, "ends in the middle of a base64 group"],
  ])("is broken when it holds %s, and what follows is still read", (_, text, problem) => {
    for (const cuts of [[], everyByte(text.length), [5011, 5012]]) {
      expect(scan(`{"data":"${text}","usage":3}`, cuts).json).toEqual({ data: new BrokenImage(problem), usage: 3 });
    }
  });

  test("is taken apart from its neighbours", () => {
    const text = `[{"data":"${base64}"}, {"data":"QUJD"}, {"data" : "${base64.slice(0, 4000)}"}]`;
    const { json, scanner } = scan(text, [], text.length);
    expect(json).toEqual([
      { data: new Uint8Array(pixels) },
      { data: "QUJD" },
      { data: new Uint8Array(pixels.subarray(0, 3000)) },
    ]);
    expect(scanner.images).toHaveLength(2);
  });
});

describe("everything else", () => {
  test("stays text: long strings at other keys, and marks that a provider could send", () => {
    const value = { prompt: base64, b64_json: "b0", data: "t", list: ["b0", base64], inner: { data: ["b0"] } };
    expect(scan(JSON.stringify(value)).json).toEqual(value);
  });

  test("a long string at a skipped key is dropped while it arrives", () => {
    const text = `{"thoughtSignature":"${base64}\\\\\\"x","text":"y"}`;
    for (const cuts of [[], everyByte(text.length)]) {
      const { json, scanner } = scan(text, cuts);
      expect(json).toEqual({ thoughtSignature: "", text: "y" });
      expect(scanner.textBytes).toBeLessThan(64);
    }
  });

  test("a text that ends too early is no JSON, and complete images are kept", () => {
    const scanner = new JsonImageScanner(options);
    scanner.push(Buffer.from(`[{"data":"${base64}"},{"data":"${base64.slice(0, 5000)}`));
    expect(() => scanner.finish()).toThrow(SyntaxError);
    expect(scanner.images).toEqual([new Uint8Array(pixels)]);
  });
});

type Node =
  | { kind: "plain"; text: string }
  | { kind: "string"; value: string }
  | { kind: "array"; items: Node[] }
  | { kind: "object"; entries: [string, Node][] };

const base64Text = fc
  .tuple(
    fc.uint8Array({ maxLength: 3000, size: "max" }),
    fc.constantFrom("plain", "unpadded", "spaced", "url", "headed", "padded", "damaged"),
    fc.nat(),
  )
  .map(([bytes, form, at]) => {
    const text = Buffer.from(bytes).toString("base64");
    const place = text.length === 0 ? 0 : at % text.length;
    if (form === "unpadded") return text.replace(/=+$/, "");
    if (form === "spaced") return `${text.slice(0, place)} \n\t${text.slice(place)}`;
    if (form === "url") return text.replaceAll("+", "-").replaceAll("/", "_");
    if (form === "headed") return `data:image/png;base64,${text}`;
    if (form === "padded") return `${text.slice(0, place)}=${text.slice(place)}`;
    if (form === "damaged") return `${text.slice(0, place)}é"\\=${text.slice(place)}`;
    return text;
  });
const anyString = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  base64Text,
);
const anyKey = fc.oneof(
  fc.constantFrom(...IMAGE_KEYS, ...SKIP_KEYS, "__proto__", "text", ""),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const imageEntry = fc.tuple(
  fc.constantFrom(...IMAGE_KEYS),
  base64Text.map((value): Node => ({ kind: "string", value })),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom("null", "true", "-1.5e3", "0", '""').map((text): Node => ({ kind: "plain", text })),
    anyString.map((value): Node => ({ kind: "string", value })),
    fc.array(tie("node"), { maxLength: 4 }).map((items): Node => ({ kind: "array", items })),
    fc
      .array(fc.oneof(fc.tuple(anyKey, tie("node")), imageEntry), { maxLength: 5 })
      .map((entries): Node => ({ kind: "object", entries })),
  ),
}));

/** Three trees in four hold an image for sure, so that no run of the test goes without. */
const reply = fc.oneof(
  { weight: 1, arbitrary: node },
  {
    weight: 3,
    arbitrary: fc
      .tuple(node, imageEntry)
      .map(([item, entry]): Node => ({ kind: "array", items: [item, { kind: "object", entries: [entry] }] })),
  },
);

/** Writes JSON with escapes and white space of the die's choice. */
function write(tree: Node, roll: () => number): string {
  const gap = (): string => [" ", "\n", "\t "][roll() % 8] ?? "";
  if (tree.kind === "plain") return tree.text;
  if (tree.kind === "string") return quote(tree.value, roll);
  if (tree.kind === "array")
    return `[${gap()}${tree.items.map((item) => write(item, roll)).join(`${gap()},${gap()}`)}${gap()}]`;
  const entries = tree.entries.map(
    ([key, value]) => `${gap()}${quote(key, roll)}${gap()}:${gap()}${write(value, roll)}${gap()}`,
  );
  return `{${entries.join(",")}}`;
}

function quote(value: string, roll: () => number): string {
  const escapes = roll() % 3;
  const plain = JSON.stringify(value).slice(1, -1);
  if (escapes === 0) return `"${plain}"`;
  const chosen = Array.from({ length: value.length }, (_, index) => {
    const unit = value.charAt(index);
    if (unit === "/" && roll() % 2 === 0) return "\\/";
    if (escapes === 2 && roll() % 40 === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return JSON.stringify(unit).slice(1, -1);
  });
  return `"${chosen.join("")}"`;
}

const HEAD = /^data:[^,"]*,/;
const CLEAN_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function isBase64(text: string): boolean {
  const dense = text
    .replace(HEAD, "")
    .replaceAll(/[ \t\r\n\f]/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const length = dense.replace(/=+$/, "").length;
  return CLEAN_BASE64.test(dense) && length % 4 !== 1 && (dense.length === length || dense.length % 4 === 0);
}

const seen = { decoded: 0, broken: 0 };

/** Where a result differs from what the scanner must make of a text that JSON.parse reads as `expected`. */
function differences(actual: unknown, expected: unknown, path: string, key?: string): string[] {
  if (typeof expected === "string") return fitsString(actual, expected, key) ? [] : [path];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [path];
    return expected.flatMap((item: unknown, index) => differences(actual[index], item, `${path}/${index}`));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) return [path];
    // Descriptors, because a key may be `__proto__`.
    const [own, other] = [
      Object.getOwnPropertyDescriptors(actual),
      Object.getOwnPropertyDescriptors(expected),
    ] as const;
    const values = (from: typeof other): Map<string, unknown> =>
      new Map(Object.entries(from).map(([name, { value }]) => [name, value]));
    const [mine, theirs] = [values(own), values(other)];
    if ([...mine.keys()].join("\n") !== [...theirs.keys()].join("\n")) return [path];
    return [...theirs].flatMap(([name, value]) => differences(mine.get(name), value, `${path}/${name}`, name));
  }
  return actual === expected ? [] : [path];
}

function fitsString(actual: unknown, expected: string, key: string | undefined): boolean {
  if (key !== undefined && SKIP_KEYS.includes(key)) return actual === "";
  if (actual instanceof BrokenImage) {
    seen.broken += 1;
    // A head with escaped letters is not taken for one: nobody writes it so.
    return !isBase64(expected) || expected.startsWith("data:");
  }
  if (actual instanceof Uint8Array) {
    seen.decoded += 1;
    return isBase64(expected) && Buffer.from(actual).equals(Buffer.from(expected.replace(HEAD, ""), "base64"));
  }
  const isImageKey = key !== undefined && IMAGE_KEYS.includes(key);
  return actual === expected && (!isImageKey || expected.length < 1024);
}

test("any JSON in any chunks reads as JSON.parse reads it, with images decoded", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      reply,
      fc.infiniteStream(fc.nat()),
      fc.array(fc.nat({ max: 20_000 }), { maxLength: 30 }),
      fc.boolean(),
      (tree, rolls, cuts, isKnown) => {
        const text = write(tree, () => Number(rolls.next().value));
        const bytes = Buffer.from(text);
        const { json } = scan(bytes, cuts, isKnown ? bytes.length : undefined);
        // Lone surrogates do not survive UTF-8, so the reference reads what was sent.
        expect(differences(json, JSON.parse(bytes.toString()), "")).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
  // The die must have rolled what this test is about.
  expect(seen.decoded).toBeGreaterThan(30);
  expect(seen.broken).toBeGreaterThan(30);
});

function errorClassOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
  return undefined;
}

test("any bytes in any chunks end in JSON or a SyntaxError, never in another error", { timeout: 60_000 }, () => {
  const damaged = fc.tuple(node, fc.infiniteStream(fc.nat()), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(damaged, fc.array(fc.nat({ max: 5000 }), { maxLength: 10 }), ([tree, rolls, at, noise], cuts) => {
      const bytes = Buffer.from(write(tree, () => Number(rolls.next().value)));
      bytes.set(noise.subarray(0, bytes.length), at % Math.max(1, bytes.length - noise.length + 1));
      expect([undefined, SyntaxError]).toContain(errorClassOf(() => scan(bytes, cuts)));
    }),
    { numRuns: 150 },
  );
});
