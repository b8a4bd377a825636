import { ArtdeskError, isArtdeskError, type Attempt, type Decision } from "@artdesk/core";
import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from "n8n-workflow";
import { failureWords, type FailureWords } from "./failure-words.ts";
import { toUsd } from "./money-json.ts";

/** Why a decision leaves nothing to make. */
export function blockedError({ blocked }: Decision): ArtdeskError | undefined {
  return blocked && new ArtdeskError({ code: blocked.code, shortMessage: blocked.message, hint: blocked.hint });
}

/** An error as n8n shows it: what happened, and below it what to do. */
export function nodeFailure(
  context: IExecuteFunctions,
  cause: unknown,
  itemIndex: number,
  paid: readonly INodeExecutionData[] = [],
): NodeOperationError {
  if (cause instanceof NodeOperationError) return cause;
  const { message, hint } = describeFailure(cause);
  const description = [escapeHtml(hint), describePaid(paid)].filter((part) => part !== "").join("<br>");
  return new NodeOperationError(context.getNode(), `${message} [item ${itemIndex}]`, {
    itemIndex,
    ...(description === "" ? {} : { description }),
  });
}

/**
 * The item that stands for one that could not be made, when the node goes on. `error` is its only key: by that n8n
 * knows items for the error output, where it adds what the item came in with.
 */
export function failureItem(cause: unknown, itemIndex: number, attempts: readonly Attempt[] = []): INodeExecutionData {
  const { message, hint } = describeFailure(cause);
  const error: IDataObject = {
    message,
    code: isArtdeskError(cause) ? cause.code : "invalid_request",
    ...(hint === "" ? {} : { hint }),
    costUsd: toUsd(sum(attempts.filter(({ billed }) => billed === "yes"))),
    possiblyBilledUsd: toUsd(sum(attempts.filter(({ billed }) => billed === "unknown"))),
  };
  return { json: { error }, pairedItem: { item: itemIndex } };
}

function describeFailure(cause: unknown): FailureWords {
  if (isArtdeskError(cause)) return failureWords(cause);
  const { message, description } = cause as { message?: unknown; description?: unknown };
  return {
    message: typeof message === "string" ? message : String(cause),
    hint: typeof description === "string" ? description : "",
  };
}

/** n8n drops the output of a node that stops. Images that were paid for must not go with it: link to them. */
function describePaid(paid: readonly INodeExecutionData[]): string {
  if (paid.length === 0) return "";
  const links = paid.flatMap(({ json: { url, fileName } }) =>
    typeof url === "string" && typeof fileName === "string"
      ? [`<a href="${escapeHtml(url)}">${escapeHtml(fileName)}</a>`]
      : [],
  );
  const made = `${paid.length} image${paid.length === 1 ? " was" : "s were"} already made and paid for${links.length > 0 ? `: ${links.join(", ")}` : ""}.`;
  return `${made} With 'Retry On Fail' the node keeps them and makes only the rest; with 'On Error' set to continue they reach the next node.`;
}

function sum(attempts: readonly Attempt[]): number {
  return attempts.reduce((total, { costMicroUsd }) => total + costMicroUsd, 0);
}

/** n8n shows descriptions as HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
