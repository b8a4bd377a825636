import fc from "fast-check";
import { expect, test } from "vitest";
import { hostilePromptText } from "../../../test/hostile-inputs.ts";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { outputPaths } from "../asset-spec.ts";
import { checkWorkspacePath } from "../fields/workspace-path.ts";
import { expandAssets } from "./expand-assets.ts";
import { parsePromptFile } from "./prompt-file.ts";
import { decodeTextFile } from "./prompt-text.ts";

const file = "docs/hero.image.md";

/** What a run makes of a file, with everything about it that must not be. */
function readHostile(bytes: Uint8Array): { end: "assets" | "error"; faults: unknown[] } {
  try {
    const assets = expandAssets(parsePromptFile({ file, text: decodeTextFile({ file, bytes }), readYaml }));
    const outputs = assets
      .flatMap((asset) => outputPaths(asset))
      .map((path) => ({ path, checked: checkWorkspacePath(path, "output") }));
    const references = assets
      .flatMap((asset) => asset.references)
      .map((path) => ({ path, checked: checkWorkspacePath(path, "reference") }));
    const faults = [...outputs, ...references].filter(
      ({ path, checked }) => !("path" in checked) || checked.path !== path,
    );
    return { end: "assets", faults };
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    const { code, location, shortMessage, issues } = error;
    const isWellPlaced = location?.file === file && (location.line ?? 0) >= 1;
    const isPlainText = !/[\p{Cc}\u2028\u2029]/u.test(shortMessage + issues.join(""));
    return { end: "error", faults: code === "invalid_request" && isWellPlaced && isPlainText ? [] : [error] };
  }
}

test("whatever stands in the fields, the result is safe assets or an error with file and line", () => {
  const ends = { assets: 0, error: 0 };
  fc.assert(
    fc.property(hostilePromptText, (text) => {
      const { end, faults } = readHostile(Buffer.from(text));
      ends[end] += 1;
      expect(faults).toEqual([]);
    }),
    { numRuns: 5000 },
  );
  // The generator is of use only if it gets past the first check at times.
  expect(ends.assets).toBeGreaterThan(50);
  expect(ends.error).toBeGreaterThan(50);
});

test("any bytes are read or refused with file and line", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readHostile(bytes).faults).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
