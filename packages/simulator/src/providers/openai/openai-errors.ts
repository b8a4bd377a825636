import { htmlReply, jsonReply } from "../../basics/wire.ts";
import type { Reply } from "../../basics/wire.ts";
import type { BillingFault, ModerationFault, ServerErrorFault } from "../../faults/fault.ts";
import type { Refusal } from "../../jobs/paid-job.ts";

/** A request OpenAI answers with an error body. */
export interface OpenAiError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

export function openAiErrorReply(error: OpenAiError, headers: Readonly<Record<string, string>>): Reply {
  const { status, message, type, param, code } = error;
  return jsonReply(status, { error: { message, type, param, code } }, headers);
}

/** A wrong request: 400, `invalid_request_error`. */
export function badRequest(code: string, param: string | null, message: string): OpenAiError {
  return { status: 400, message, type: "invalid_request_error", param, code };
}

export function unknownParameter(param: string): OpenAiError {
  return badRequest("unknown_parameter", param, `Unknown parameter: '${param}'.`);
}

export function unsupportedParameter(param: string, model: string): OpenAiError {
  return badRequest(
    "unsupported_parameter",
    param,
    `Unsupported parameter: '${param}' is not supported with the '${model}' model.`,
  );
}

export function invalidValue(param: string, value: unknown, supported: readonly string[]): OpenAiError {
  const shown = typeof value === "string" ? `'${value}'` : JSON.stringify(value);
  return badRequest("invalid_value", param, `Invalid value: ${shown}. Supported values are: ${quotedList(supported)}.`);
}

function quotedList(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")}${quoted.length > 2 ? "," : ""} and ${quoted.at(-1) ?? ""}`;
}

export function modelNotFound(model: string, isRetired: boolean): OpenAiError {
  const message = isRetired
    ? `The model \`${model}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`
    : `The model '${model}' does not exist or you do not have access to it.`;
  return { status: 404, message, type: "invalid_request_error", param: null, code: "model_not_found" };
}

export const missingKey: OpenAiError = {
  status: 401,
  message:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
  type: "invalid_request_error",
  param: null,
  code: null,
};

export const wrongKey: OpenAiError = {
  status: 401,
  message: "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
  type: "invalid_request_error",
  param: null,
  code: "invalid_api_key",
};

export function rateLimitReply(fault: Refusal, model: string, headers: Readonly<Record<string, string>>): Reply {
  const seconds = fault.retryAfterMs / 1000;
  const wait: Record<string, string> = {};
  if (fault.retryAfterHeader === "retry-after") wait["retry-after"] = String(Math.ceil(seconds));
  if (fault.retryAfterHeader === "retry-after-ms") wait["retry-after-ms"] = String(fault.retryAfterMs);
  return openAiErrorReply(
    {
      status: 429,
      message: `Rate limit reached for ${model} on images per min: Limit ${fault.limit ?? 4000}, Used ${fault.limit ?? 4000}, Requested 1. Please try again in ${seconds}s.`,
      type: "rate_limit_error",
      param: null,
      code: "rate_limit_exceeded",
    },
    { ...headers, ...wait },
  );
}

export function outOfCreditReply(fault: BillingFault, headers: Readonly<Record<string, string>>): Reply {
  const message =
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
  return openAiErrorReply({ status: 429, message, type: "insufficient_quota", param: null, code: fault.code }, headers);
}

export function moderationReply(fault: ModerationFault, headers: Readonly<Record<string, string>>): Reply {
  const what = fault.stage === "input" ? "Your request was rejected" : "The generated image was rejected";
  return openAiErrorReply(
    {
      status: 400,
      message: `${what} by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID. safety_violations=[violence].`,
      type: "image_generation_user_error",
      param: null,
      code: "moderation_blocked",
    },
    headers,
  );
}

export function serverErrorReply(status: ServerErrorFault["status"], headers: Readonly<Record<string, string>>): Reply {
  if (status === 502) return htmlReply(502, "502 Bad Gateway");
  const message =
    status === 503
      ? "The engine is currently overloaded, please try again later."
      : "The server had an error while processing your request. Sorry about that!";
  return openAiErrorReply(
    { status, message, type: "server_error", param: null, code: status === 503 ? null : "server_error" },
    headers,
  );
}
