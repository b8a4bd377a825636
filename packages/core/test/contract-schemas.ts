import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readSharedJson } from "./shared-folder.ts";

/**
 * Reads a provider's own schema from the shared folder.
 *
 * @returns a function that says what is wrong with a value: nothing when it fits.
 */
export function contractValidator(file: string, definition: string): (value: unknown) => readonly string[] {
  const document = readSharedJson(`contracts/${file}`) as AnySchemaObject;
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
