import type { AssetRequest } from "../asset-spec.ts";
import { normalizePrompt } from "../prompts/prompt-text.ts";
import { canonicalJson } from "./canonical-json.ts";
import { LOCK_FORMAT_VERSION } from "./lock-entry.ts";

/** Everything that shapes an asset's images. */
export interface FingerprintInput {
  request: AssetRequest;
  /** Lower-case hex SHA-256 of the reference files, in order. */
  referenceHashes: readonly string[];
  maskHash?: string | undefined;
  /** Text added to every prompt of the workspace. */
  style?: string | undefined;
  /** @default LOCK_FORMAT_VERSION */
  formatVersion?: number | undefined;
}

/**
 * Lower-case hex SHA-256 over what shapes the image: the prompt (line ends and white space at line ends do not count),
 * parameters with their defaults, reference hashes, style and format version. Prices, `max_cost`, tags, `urgency`, `alt`, file
 * names, comments and the order of keys have no part in it: changing them buys nothing again.
 */
export function fingerprint(input: FingerprintInput, sha256Hex: (text: string) => string): string {
  const { request, referenceHashes, maskHash, style, formatVersion = LOCK_FORMAT_VERSION } = input;
  const { size, factor, quality, model } = request;
  const shape =
    size === undefined
      ? { aspect: request.aspect ?? "1:1", resolution: request.resolution ?? defaultResolution(request) }
      : { size };
  return sha256Hex(
    canonicalJson({
      formatVersion,
      prompt: normalizePrompt(request.prompt),
      style: style === undefined ? "" : normalizePrompt(style),
      operation: request.operation ?? "generate",
      purpose: request.purpose ?? "internal",
      ...shape,
      factor,
      quality,
      model,
      count: request.count ?? 1,
      text: request.text ?? [],
      elements: request.elements ?? [],
      transparent: request.transparent ?? false,
      format: request.format ?? "png",
      referenceHashes,
      maskHash,
    }),
  );
}

function defaultResolution(request: AssetRequest): string {
  return request.purpose === "print" ? "2K" : "1K";
}
