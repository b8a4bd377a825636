/** What a path in a prompt file is for: written to, or read and sent to a provider. */
export type PathUse = "output" | "reference";

/** A checked path below the workspace, with `/` between segments, or why it is refused (a sentence part). */
export type PathCheck = { path: string } | { refusal: string };

/** The files that prompt files may name, both ways: nothing else is written, and nothing else leaves the machine. */
export const IMAGE_EXTENSIONS: readonly string[] = ["png", "jpg", "jpeg", "webp"];

const MAX_PATH_LENGTH = 1024;
const MAX_SEGMENT_BYTES = 240;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)( *\.| *$)/i;

/**
 * Invisible characters: controls, bidirectional marks, and those that HFS+ ignores in names, so that `.g\u200Cit` is
 * `.git` there (git, `utf8.c`, `is_hfs_dotgit`).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029\uFFFD]/u;

/**
 * Checks a path that is relative to the workspace, without looking at the disk: no absolute paths, no way out, no
 * repository internals, no names that another file system reads differently. Names are brought to Unicode NFC.
 */
export function checkWorkspacePath(path: string, use: PathUse): PathCheck {
  return resolveWorkspacePath({ from: "", path, use });
}

/** Like {@link checkWorkspacePath}, for a path relative to the folder of the workspace file `from`. */
export function resolveWorkspacePath(options: { from: string; path: string; use: PathUse }): PathCheck {
  const refusal = refusalAsWritten(options.path);
  if (refusal !== undefined) return { refusal };
  const folder = options.from.split("/").slice(0, -1);
  const segments: string[] = [];
  for (const segment of [...folder, ...options.path.normalize("NFC").split("/")]) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return { refusal: "leads out of the workspace" };
  }
  return checkSegments(segments, options.use);
}

/** Folders under `.github` that decide what runs: never written, never sent. */
const GUARDED_GITHUB_FOLDERS = new Set(["workflows", "actions"]);

/** Names by which file systems or git know the repository's own folder. */
const GIT_FOLDER = /^(\.git|git~[0-9]+)$/;

function refusalAsWritten(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.length > MAX_PATH_LENGTH) return `is longer than ${MAX_PATH_LENGTH} characters`;
  if (/\p{Cs}/u.test(path)) return "is not valid Unicode";
  if (path.includes("\\")) return "contains a backslash; write `/` between folders";
  if (/^[a-zA-Z]:/.test(path)) return "starts with a drive letter";
  if (path.startsWith("/")) return "is absolute; write it relative to the prompt file";
  if (path.startsWith("~")) return "starts with `~`";
  if (path.endsWith("/")) return "names a folder, not a file";
  const invisible = INVISIBLE.exec(path);
  if (invisible) return `contains the invisible character U+${codePoint(invisible[0])}`;
  return undefined;
}

function checkSegments(segments: readonly string[], use: PathUse): PathCheck {
  const name = segments.at(-1);
  if (name === undefined) return { refusal: "names no file" };
  for (const [index, segment] of segments.entries()) {
    const refusal = segmentRefusal(segment, segments[index + 1]);
    if (refusal !== undefined) return { refusal };
  }
  const extension = /[^.]\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined || !IMAGE_EXTENSIONS.includes(extension)) {
    const allowed = IMAGE_EXTENSIONS.map((known) => `.${known}`).join(", ");
    return {
      refusal: use === "output" ? `must end in one of ${allowed}` : `is not an image: it must end in one of ${allowed}`,
    };
  }
  return { path: segments.join("/") };
}

function segmentRefusal(segment: string, next: string | undefined): string | undefined {
  const folded = segment.normalize("NFKC").toLowerCase();
  if (/[. ]$/.test(segment)) return "has a name that ends in a dot or a space";
  const foreign = /[<>:"|?*]/.exec(segment);
  if (foreign) return `contains \`${foreign[0]}\`, which not every file system allows`;
  if (WINDOWS_DEVICE.test(segment)) return `contains the device name \`${segment}\``;
  if (segment.length * 3 > MAX_SEGMENT_BYTES && utf8Length(segment) > MAX_SEGMENT_BYTES)
    return `has a name longer than ${MAX_SEGMENT_BYTES} bytes`;
  if (GIT_FOLDER.test(folded)) return "leads into `.git`";
  if (folded === ".artdesk") return "leads into `.artdesk`, which Artdesk keeps for itself";
  if (folded === ".github" && next !== undefined && GUARDED_GITHUB_FOLDERS.has(next.normalize("NFKC").toLowerCase())) {
    return `leads into \`.github/${next.toLowerCase()}\``;
  }
  return undefined;
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
