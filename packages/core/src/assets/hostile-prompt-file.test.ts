import fc from "fast-check";
import { expect, test } from "vitest";
import { isArtdeskError } from "../errors.ts";
import { readYaml } from "../node/read-yaml.ts";
import { outputPaths } from "./asset-spec.ts";
import { expandAssets } from "./expand-assets.ts";
import { parsePromptFile } from "./prompt-file.ts";
import { decodeTextFile } from "./prompt-text.ts";
import { checkWorkspacePath } from "./workspace-path.ts";

const file = "docs/hero.image.md";

/** Reads a file as a run does; checks that it ends in safe assets or in an error with file and line. */
function readHostile(bytes: Uint8Array): "assets" | "error" {
  try {
    const assets = expandAssets(parsePromptFile({ file, text: decodeTextFile({ file, bytes }), readYaml }));
    for (const asset of assets) {
      for (const path of outputPaths(asset)) expect(checkWorkspacePath(path, "output")).toEqual({ path });
      for (const path of asset.references) expect(checkWorkspacePath(path, "reference")).toEqual({ path });
    }
    return "assets";
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    expect(error.code).toBe("invalid_request");
    expect(error.location?.file).toBe(file);
    expect(error.location?.line).toBeGreaterThanOrEqual(1);
    expect(error.shortMessage + error.issues.join("")).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    return "error";
  }
}

const key = fc.constantFrom(
  "output",
  "operation",
  "purpose",
  "size",
  "aspect",
  "resolution",
  "quality",
  "count",
  "text",
  "elements",
  "references",
  "mask",
  "transparent",
  "model",
  "max_cost",
  "tags",
  "alt",
  "matrix",
  "variants",
  "__proto__",
  "constructor",
  "toString",
  "name",
);
const scalar = fc.oneof(
  fc.constantFrom(
    "docs",
    "../x.png",
    "x.png",
    ".git/x.png",
    "/etc/x.png",
    "a\\\\b.png",
    "{{a}}",
    "x{{a}}.png",
    "1024x1024",
    "3:2",
    "2K",
    "true",
    ".nan",
    "-1",
    "1e400",
    "null",
    "~",
    "{{variant}}.png",
    "nul.png",
  ),
  fc.string({ maxLength: 12 }),
  fc.double().map(String),
);
const value: fc.Arbitrary<string> = fc.oneof(
  scalar,
  scalar.map((text) => JSON.stringify(text)),
  fc.array(scalar, { maxLength: 4 }).map((items) => JSON.stringify(items)),
  fc
    .dictionary(fc.constantFrom("a", "b", "__proto__", "name"), fc.array(scalar, { maxLength: 3 }), { maxKeys: 3 })
    .map((group) => JSON.stringify(group)),
  fc
    .array(fc.dictionary(fc.oneof(key, fc.constant("name")), scalar, { maxKeys: 3 }), { maxLength: 3 })
    .map((groups) => JSON.stringify(groups)),
);

test("whatever stands in the fields, the result is safe assets or an error with file and line", () => {
  const ends = { assets: 0, error: 0 };
  const text = fc.tuple(
    fc.array(fc.tuple(key, value), { maxLength: 5 }),
    fc.constantFrom("A fox.", "", "{{a}} {{b}}", "\u2028"),
  );
  fc.assert(
    fc.property(text, ([fields, prompt]) => {
      ends[readHostile(Buffer.from(`---\n${fields.map((pair) => pair.join(": ")).join("\n")}\n---\n${prompt}`))] += 1;
    }),
    { numRuns: 5000 },
  );
  // The generator is of use only if it gets past the first check at times.
  expect(ends.assets).toBeGreaterThan(50);
  expect(ends.error).toBeGreaterThan(50);
});

test("any bytes are read or refused with file and line", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readHostile(bytes)),
    { numRuns: 2000 },
  );
});
