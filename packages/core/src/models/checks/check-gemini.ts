import { recordOf } from "../../basics/json-record.ts";
import { findModel } from "../rows/find-model.ts";
import { getJson } from "./get-json.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

/** Compares with `GET /v1beta/models`: the ids. That list states neither prices nor shutdown dates. */
export const checkGemini: ListCheck = async ({ http, rows, catalogue }) => {
  const reply = recordOf(await getJson(http, "gemini", "/v1beta/models?pageSize=1000"));
  const models = Array.isArray(reply?.["models"]) ? reply["models"] : [];
  const listed = new Set(models.map((model: unknown) => String(recordOf(model)?.["name"]).replace(/^models\//, "")));
  const findings: ModelFinding[] = rows
    .filter(({ id }) => !listed.has(id))
    .map(({ id }) => ({ state: "drift", model: id, message: "is not served to this key any more." }));
  for (const id of listed) {
    if (/image|banana/.test(id) && findModel(catalogue.rows, id) === undefined)
      findings.push({ state: "note", model: id, message: "is an image model that the catalogue does not have." });
  }
  return findings;
};
