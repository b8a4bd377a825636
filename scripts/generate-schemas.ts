// Writes schemas/*.schema.json for editors, from the schemas that check the files; with --check only compares.
// node --conditions=source scripts/generate-schemas.ts [--check]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { configSchema } from "../packages/core/src/assets/config/config-schema.ts";
import { promptSchema } from "../packages/core/src/assets/prompts/prompt-schema.ts";

const SCHEMAS = [
  {
    path: "schemas/prompt-file.schema.json",
    title: "Artdesk prompt file: front matter of NAME.image.md",
    schema: promptSchema,
  },
  { path: "schemas/artdesk.schema.json", title: "Artdesk configuration: artdesk.yml", schema: configSchema },
];

/** The text of each schema file, by path relative to the repository. */
export function generateSchemas(): Record<string, string> {
  return Object.fromEntries(
    SCHEMAS.map(({ path, title, schema }) => {
      // Checks that JSON Schema cannot say (exact micro-USD, safe paths) stay with the parser.
      const { $schema, ...rest } = toJsonSchema(schema, { typeMode: "input", errorMode: "ignore" });
      return [path, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

if (import.meta.main) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  for (const [path, text] of Object.entries(generateSchemas())) {
    if (process.argv.includes("--check")) {
      if (existsSync(join(root, path)) && readFileSync(join(root, path), "utf8") === text) continue;
      console.error(`${path} is stale: run \`pnpm schemas\`.`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
