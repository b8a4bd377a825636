import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(process.env["ARTDESK_SHARED"] ?? join(root, "../shared"), "contracts");

/**
 * Registers a test that checks values against a provider's own schema. The schemas are not part of this repository:
 * without them the test is skipped, and the report says why.
 *
 * @param check Gets a function that returns what is wrong with a value, empty when it fits.
 */
export function contractTest(
  name: string,
  file: string,
  definition: string,
  check: (validate: (value: unknown) => readonly string[]) => void,
): void {
  const path = join(folder, file);
  if (!existsSync(path)) {
    test(name, ({ skip }) => skip(`no ${file} in ${folder}`));
    return;
  }
  test(name, () => check(validatorOf(JSON.parse(readFileSync(path, "utf8")) as AnySchemaObject, definition)));
}

function validatorOf(document: AnySchemaObject, definition: string): (value: unknown) => readonly string[] {
  const options = { strict: false, allErrors: true, validateFormats: false };
  const isOpenApi = "openapi" in document;
  const ajv = isOpenApi ? new Ajv2020(options) : new Ajv(options);
  ajv.addSchema(document, "contract");
  const validate = ajv.compile({ $ref: `contract#/${isOpenApi ? "components/schemas" : "definitions"}/${definition}` });
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
  };
}
