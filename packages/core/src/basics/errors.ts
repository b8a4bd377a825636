import type { ErrorCode } from "./error-code.ts";
import type { KnownLimits, Usage } from "./types.ts";

export interface ArtdeskErrorOptions {
  code: ErrorCode;
  /** One sentence, safe to show to anyone. */
  shortMessage: string;
  /** Facts for debugging; redacted before it comes here. */
  details?: string | undefined;
  /** What to do next. */
  hint?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  status?: number | undefined;
  requestId?: string | undefined;
  /** How long the provider asks to wait. */
  retryAfterMs?: number | undefined;
  /** What a refusal for speed says about the account's limits. */
  limits?: KnownLimits | undefined;
  /** Whether the provider billed the call. @default "no" */
  billed?: "no" | "yes" | "unknown" | undefined;
  /** Tokens billed although no image came. */
  usage?: Usage | undefined;
  /** Images that came and cannot be used: paid for all the same. @default 0 */
  unusableImages?: number | undefined;
  /** Where the mistake stands, for input errors. */
  location?: { file: string; line?: number | undefined } | undefined;
  /** More mistakes of the same kind, each a full sentence. */
  issues?: readonly string[] | undefined;
  cause?: unknown;
}

const BRAND = Symbol.for("artdesk.error");

/** The one error type. Recognise it with {@link isArtdeskError}, never with `instanceof`: two copies of core may meet. */
export class ArtdeskError extends Error {
  override readonly name = "ArtdeskError";
  readonly code: ErrorCode;
  readonly shortMessage: string;
  readonly details: string | undefined;
  readonly hint: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly limits: KnownLimits | undefined;
  readonly billed: "no" | "yes" | "unknown";
  readonly usage: Usage | undefined;
  readonly unusableImages: number;
  readonly location: { file: string; line?: number | undefined } | undefined;
  readonly issues: readonly string[];

  constructor(options: ArtdeskErrorOptions) {
    super(composeMessage(options), options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, BRAND, { value: true });
    this.code = options.code;
    this.shortMessage = options.shortMessage;
    this.details = options.details;
    this.hint = options.hint;
    this.provider = options.provider;
    this.model = options.model;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
    this.limits = options.limits;
    this.billed = options.billed ?? "no";
    this.usage = options.usage;
    this.unusableImages = options.unusableImages ?? 0;
    this.location = options.location;
    this.issues = options.issues ?? [];
  }
}

/** True for an error of this or any other copy of core. */
export function isArtdeskError(value: unknown): value is ArtdeskError {
  return typeof value === "object" && value !== null && BRAND in value;
}

function composeMessage(options: ArtdeskErrorOptions): string {
  const place = options.location
    ? `${options.location.file}${options.location.line === undefined ? "" : `:${options.location.line}`}: `
    : "";
  return `${place}${options.shortMessage}${options.hint ? ` ${options.hint}` : ""}`;
}
