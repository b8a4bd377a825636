/** A compiled path pattern. */
export interface GlobPattern {
  /** Folder that every match lies in; empty for the top. */
  baseFolder: string;
  /** Whether a path (relative, `/` between segments) matches. */
  matches(path: string): boolean;
}

const MAX_ALTERNATIVES = 64;

/**
 * Compiles a path pattern: `*` and `?` within a name, `**` for any folders, `{a,b}` for alternatives. Matching takes
 * time proportional to pattern times path, whatever the pattern. Names that start with a dot match only a pattern
 * that says the dot. Returns a sentence part for a pattern that cannot be used.
 */
export function compileGlob(pattern: string): GlobPattern | { problem: string } {
  if (pattern === "" || pattern.length > 300) return { problem: "must be a path pattern of at most 300 characters" };
  if (/[\\[\]!()\0]/.test(pattern)) return { problem: "may use `*`, `**`, `?` and `{a,b}` only" };
  const alternatives = expandBraces(pattern);
  if (alternatives.length > MAX_ALTERNATIVES) return { problem: "has too many alternatives" };
  const compiled = alternatives.map((alternative) =>
    alternative.split("/").filter((segment) => segment !== "" && segment !== "."),
  );
  if (/^([a-zA-Z]:|\/)/.test(pattern) || compiled.some((segments) => segments.includes(".."))) {
    return { problem: "must stay inside the workspace: relative, without `..`" };
  }
  const endings = compiled.map((segments) => /[^*?]*$/.exec(segments.at(-1) ?? "")?.[0] ?? "");
  return {
    baseFolder: commonFolder(compiled),
    matches: (path) => {
      // Most files of a workspace differ in their last letters: this spares the rest of the work.
      if (!endings.some((ending) => path.endsWith(ending))) return false;
      const names = path.split("/");
      return compiled.some((segments) => matchSegments(segments, names));
    },
  };
}

function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  let open = [pattern];
  while (open.length > 0 && done.length + open.length <= MAX_ALTERNATIVES) {
    const next: string[] = [];
    for (const text of open) {
      const group = /\{([^{}]*)\}/.exec(text);
      if (!group) done.push(text);
      for (const choice of group?.[1]?.split(",") ?? []) {
        next.push(text.slice(0, group?.index) + choice + text.slice((group?.index ?? 0) + (group?.[0].length ?? 0)));
      }
    }
    open = next;
  }
  return [...done, ...open];
}

function commonFolder(patterns: readonly (readonly string[])[]): string {
  const fixed = patterns.map((segments) => {
    const wild = segments.findIndex((segment) => /[*?]/.test(segment));
    return segments.slice(0, wild < 0 ? -1 : Math.min(wild, segments.length - 1));
  });
  const [first = [], ...others] = fixed;
  const differs = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  return (differs < 0 ? first : first.slice(0, differs)).join("/");
}

/** Walks both lists once per `**`, remembering only the last one: no backtracking beyond it is ever needed. */
function matchSegments(pattern: readonly string[], names: readonly string[]): boolean {
  let patternIndex = 0;
  let retryPattern = -1;
  let retryName = 0;
  for (let nameIndex = 0; nameIndex < names.length;) {
    const segment = pattern[patternIndex];
    const name = names[nameIndex] ?? "";
    if (segment === "**") {
      retryPattern = patternIndex += 1;
      retryName = nameIndex;
    } else if (segment !== undefined && matchName(segment, name)) {
      patternIndex += 1;
      nameIndex += 1;
    } else if (retryPattern >= 0 && !names[retryName]?.startsWith(".")) {
      patternIndex = retryPattern;
      nameIndex = retryName += 1;
    } else {
      return false;
    }
  }
  return pattern.slice(patternIndex).every((segment) => segment === "**");
}

function matchName(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  let patternIndex = 0;
  let retryPattern = -1;
  let retryName = 0;
  for (let nameIndex = 0; nameIndex < name.length;) {
    const character = pattern[patternIndex];
    if (character === "*") {
      retryPattern = patternIndex += 1;
      retryName = nameIndex;
    } else if (character !== undefined && (character === "?" || character === name[nameIndex])) {
      patternIndex += 1;
      nameIndex += 1;
    } else if (retryPattern >= 0) {
      patternIndex = retryPattern;
      nameIndex = retryName += 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(patternIndex));
}
