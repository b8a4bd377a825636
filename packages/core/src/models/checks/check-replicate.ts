import { isArtdeskError } from "../../basics/errors.ts";
import { getJson } from "./get-json.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

/**
 * Asks `GET /models/OWNER/NAME` for each row (replicate.com/docs/reference/http, models.get, 2026-11-24): whether it is
 * still there. Replicate states neither prices nor dates of an end there.
 */
export const checkReplicate: ListCheck = async ({ http, rows }) => {
  const findings: ModelFinding[] = [];
  for (const { id } of rows) {
    try {
      await getJson(http, "replicate", `/models/${id.split("/").map(encodeURIComponent).join("/")}`);
    } catch (error) {
      if (!isArtdeskError(error) || error.status !== 404) throw error;
      findings.push({ state: "drift", model: id, message: "is not served any more." });
    }
  }
  return findings;
};
