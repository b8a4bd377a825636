import type { Model } from "openai/resources/models";
import { recordOf } from "../../basics/json-record.ts";
import type { Http } from "../../basics/ports.ts";
import { findModel } from "../rows/find-model.ts";
import { getJson } from "./get-json.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

/** Compares with `GET /v1/models` (openai-node 7.57.0, `models.list`): ids and `shutdown_date`. */
export const checkOpenAi: ListCheck = async ({ http, rows, catalogue }) => {
  const listed = new Map((await listModels(http)).map((model) => [model.id, model]));
  const findings: ModelFinding[] = [];
  for (const row of rows) {
    const model = listed.get(row.id);
    if (model === undefined) {
      findings.push({ state: "drift", model: row.id, message: "is not served to this key any more." });
      continue;
    }
    const said = model.shutdown_date ?? undefined;
    const { shutdownOn } = row.lifecycle;
    if (said === shutdownOn) continue;
    const known = shutdownOn === undefined ? "no date is known here" : `the date known here is ${shutdownOn}`;
    const message = said === undefined ? `is not announced to end; ${known}.` : `ends on ${said}; ${known}.`;
    findings.push({ state: "drift", model: row.id, message });
  }
  for (const id of listed.keys()) {
    if (/image/.test(id) && findModel(catalogue.rows, id) === undefined)
      findings.push({ state: "note", model: id, message: "is an image model that the catalogue does not have." });
  }
  return findings;
};

type ListedModel = Pick<Model, "id" | "shutdown_date">;

async function listModels(http: Http): Promise<ListedModel[]> {
  const reply = recordOf(await getJson(http, "openai", "/models"));
  const models = Array.isArray(reply?.["data"]) ? reply["data"] : [];
  return models.map(recordOf).flatMap((model): ListedModel[] => {
    if (typeof model?.["id"] !== "string") return [];
    const shutdown = model["shutdown_date"];
    return [{ id: model["id"], shutdown_date: typeof shutdown === "string" ? shutdown : null }];
  });
}
