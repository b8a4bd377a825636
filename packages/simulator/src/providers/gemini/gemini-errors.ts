import { htmlReply, jsonReply } from "../../basics/wire.ts";
import type { Reply } from "../../basics/wire.ts";
import type { BillingFault, ServerErrorFault } from "../../faults/fault.ts";
import type { Refusal } from "../../jobs/paid-job.ts";

/** A request Gemini answers with an error body. */
export interface GeminiError {
  readonly code: number;
  readonly status: string;
  readonly message: string;
  readonly details?: readonly unknown[] | undefined;
}

const JSON_TYPE = { "content-type": "application/json; charset=UTF-8" };

export function geminiErrorReply({ code, message, status, details }: GeminiError): Reply {
  return jsonReply(code, { error: { code, message, status, ...(details ? { details } : {}) } }, JSON_TYPE);
}

export function invalidArgument(message: string, details?: readonly unknown[]): GeminiError {
  return { code: 400, status: "INVALID_ARGUMENT", message, details };
}

/** A field Google's JSON reader does not know. `parent` is its snake_case path, empty at the top. */
export function unknownField(name: string, parent: string): GeminiError {
  const where = parent === "" ? "" : ` at '${parent}'`;
  const description = `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`;
  return invalidArgument(description, [
    { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field: parent, description }] },
  ]);
}

export const missingKey: GeminiError = {
  code: 403,
  status: "PERMISSION_DENIED",
  message:
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
};

export const wrongKey: GeminiError = invalidArgument("API key not valid. Please pass a valid API key.", [
  {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com" },
  },
]);

export function modelNotFound(model: string): GeminiError {
  const message = `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.`;
  return { code: 404, status: "NOT_FOUND", message };
}

export function rateLimitReply(fault: Refusal, model: string): Reply {
  const seconds = `${fault.retryAfterMs / 1000}s`;
  const retry =
    fault.retryAfterHeader === "none"
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: seconds }];
  return quotaReply("GenerateRequestsPerMinutePerProjectPerModel", model, `Please retry in ${seconds}.`, retry);
}

export function outOfCreditReply(fault: BillingFault, model: string): Reply {
  return quotaReply(fault.quotaId, model, "", []);
}

function quotaReply(quotaId: string, model: string, advice: string, retry: readonly unknown[]): Reply {
  const isFreeTier = quotaId.includes("FreeTier");
  const quotaMetric = `generativelanguage.googleapis.com/generate_content_${isFreeTier ? "free_tier" : "paid_tier"}_requests`;
  const message =
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits." +
    ` \n* Quota exceeded for metric: ${quotaMetric}, limit: 5, model: ${model}\n${advice}`;
  return geminiErrorReply({
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    message: message.trimEnd(),
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: [{ quotaMetric, quotaId, quotaDimensions: { location: "global", model }, quotaValue: "5" }],
      },
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        links: [
          {
            description: "Learn more about Gemini API quotas",
            url: "https://ai.google.dev/gemini-api/docs/rate-limits",
          },
        ],
      },
      ...retry,
    ],
  });
}

export function serverErrorReply(status: ServerErrorFault["status"]): Reply {
  if (status === 502) return htmlReply(502, "Error 502 (Server Error)!!1");
  return geminiErrorReply(
    status === 503
      ? { code: 503, status: "UNAVAILABLE", message: "The model is overloaded. Please try again later." }
      : {
          code: 500,
          status: "INTERNAL",
          message:
            "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
        },
  );
}
