/** One part of a multipart form. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly fileName: string; readonly mediaType: string; readonly bytes: Buffer };

/** A request body after parsing. */
export type ParsedBody =
  | { readonly kind: "empty" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "form"; readonly parts: readonly FormPart[] }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A request as a provider sees it. */
export interface WireRequest {
  readonly method: string;
  /** The path behind the provider's base path, for example "/images/generations". */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ParsedBody;
}

/** A reply before it is sent. The chunks are sent one after the other, never copied together. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Buffer[];
}

/** Base64 text that stays in its own buffer while the JSON around it is built. */
export class Base64Text {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** Writes JSON in which every `Base64Text` becomes a string, without copying the base64. */
function encodeJson(value: unknown): readonly Buffer[] {
  const texts: Buffer[] = [];
  const json = JSON.stringify(value, (_key, item: unknown) => {
    if (!(item instanceof Base64Text)) return item;
    texts.push(item.bytes);
    return PLACEHOLDER;
  });
  const pieces = json.split(ESCAPED_PLACEHOLDER);
  return pieces.flatMap((piece, index) => {
    const text = texts[index];
    return text ? [Buffer.from(piece), text] : [Buffer.from(piece)];
  });
}

// A control character cannot stand in JSON unescaped, and no reply carries this sequence for another reason.
const PLACEHOLDER = "\u0000base64\u0000";
const ESCAPED_PLACEHOLDER = JSON.stringify(PLACEHOLDER).slice(1, -1);

/** A JSON reply. */
export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, chunks: encodeJson(value) };
}

/** An HTML reply, as proxies and load balancers send. */
export function htmlReply(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const page = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, chunks: [Buffer.from(page)] };
}
