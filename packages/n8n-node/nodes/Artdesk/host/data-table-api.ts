import { ArtdeskError } from "@artdesk/core";
import type { IExecuteFunctions, IN8nHttpFullResponse } from "n8n-workflow";
import type { SignedEndpoint } from "./n8n-http.ts";
import { errorCodeOf } from "./node-error-code.ts";

const TIMEOUT_MS = 30_000;

/** What n8n's public API answered: any status below 500. */
export interface DataTableAnswer {
  status: number;
  data: unknown;
}

/**
 * One call to the Data Tables part of n8n's public API (`/api/v1/data-tables`).
 * Rejects with `unavailable` when n8n cannot be reached, answers 5xx, or refuses the key.
 */
export type DataTableApi = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  content?: { query?: Record<string, string | number>; body?: object },
) => Promise<DataTableAnswer>;

/** The Data Tables API, signed with the ledger credential. */
export function createDataTableApi(context: IExecuteFunctions, endpoint: SignedEndpoint): DataTableApi {
  return async (method, path, content = {}) => {
    const answer: Promise<IN8nHttpFullResponse> = context.helpers.httpRequestWithAuthentication.call(
      context,
      endpoint.credentialType,
      {
        method,
        url: `${endpoint.baseUrl.replace(/\/+$/, "")}/data-tables${path}`,
        ...(content.query === undefined ? {} : { qs: content.query }),
        ...(content.body === undefined ? {} : { body: content.body }),
        json: true,
        returnFullResponse: true,
        ignoreHttpStatusErrors: true,
        disableFollowRedirect: true,
        timeout: TIMEOUT_MS,
      },
    );
    const { statusCode, body } = await answer.then(undefined, (cause: unknown) => Promise.reject(unreachable(cause)));
    if (statusCode === 401 || statusCode === 403) throw refused(statusCode);
    if (statusCode >= 500) throw ledgerUnavailable(`n8n's API answered ${statusCode} to ${method}.`);
    return { status: statusCode, data: body };
  };
}

/** The books cannot be read or written, so nothing may be bought. */
export function ledgerUnavailable(shortMessage: string, hint?: string, details?: string): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger's data table: ${shortMessage}`,
    hint,
    details,
  });
}

function unreachable(cause: unknown): ArtdeskError {
  return ledgerUnavailable(
    "n8n's API could not be reached.",
    "Check the base URL in the ledger credential: it must be the address at which n8n reaches itself.",
    errorCodeOf(cause),
  );
}

function refused(status: number): ArtdeskError {
  return ledgerUnavailable(
    `n8n's API refused the key (${status}).`,
    "The key needs the scopes dataTable:list, dataTable:create, dataTable:read, dataTableRow:read, dataTableRow:create, dataTableRow:update and dataTableRow:delete.",
  );
}
