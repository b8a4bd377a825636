import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generateSchemas } from "../scripts/generate-schemas.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test.each(Object.entries(generateSchemas()))(
  "%s is what the parser checks (run `pnpm schemas` after a change)",
  (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  },
);
