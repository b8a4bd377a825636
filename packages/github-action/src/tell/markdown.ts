/** Control characters, and format characters: those that reorder text, have no width or hide a message. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
const MARKUP = /[&<>"'|`*_~[\]\\$:]/g;
/** What keeps a word from being read as a mention, a reference or a link, while looking the same. */
const BREAK = "&#8203;";

/**
 * Any text as inert text inside a line of GitHub Markdown, a table cell or an HTML element: one line, no markup, no
 * HTML, no mention, no issue reference, no automatic link, nothing that hides or reorders characters.
 */
export function plainText(value: string, maxLength = 300): string {
  const line = value.replace(/\s+/g, " ").replace(INVISIBLE, "").trim();
  return shorten(line, maxLength)
    .replace(MARKUP, entity)
    .replace(/(?<!&)#/g, entity)
    .replace(/^[-+=]/, entity)
    .replace(/(?<=^\d+)[.)]/, entity)
    .replace(/@|&#35;(?=\d)/g, (found) => `${found}${BREAK}`)
    .replace(/\b(GH(?=-)|www(?=\.)|(?:https?|ftp)(?=&#58;))/gi, (word) => `${word}${BREAK}`);
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

/** The same, set as code. */
export function codeText(value: string, maxLength = 200): string {
  return `<code>${plainText(value, maxLength)}</code>`;
}

/** Cut to a length with an ellipsis, never through a character. */
export function shorten(value: string, maxLength: number): string {
  const characters = Array.from(value);
  return characters.length <= maxLength ? value : `${characters.slice(0, maxLength - 1).join("")}…`;
}

/** An absolute http or https address, safe inside an attribute; undefined for any other (`javascript:`, `data:`, ...). */
export function safeUrl(value: string | undefined): string | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "" || url.password !== "")
    return undefined;
  return url.href.replace(/[&<>"'`|()[\]\\*_~@]/g, entity);
}

/** A link with inert text, or the text alone when the address is refused. */
export function link(text: string, url: string | undefined): string {
  const href = safeUrl(url);
  return href === undefined ? plainText(text) : `<a href="${href}">${plainText(text)}</a>`;
}

/** A thumbnail that links to its full size, or nothing when the address is refused. */
export function thumbnail(url: string | undefined, alt: string, widthPx: number): string {
  const href = safeUrl(url);
  if (href === undefined) return "";
  return `<a href="${href}"><img src="${href}" width="${widthPx}" alt="${plainText(alt, 120)}"></a>`;
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
