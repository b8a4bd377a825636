import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import table from "./rooms.json" with { type: "json" };

/** A room: what it may import of others, and its parts, floor by floor. Parts on one floor do not import each other. */
export interface Room {
  /** Rooms, parts of rooms (`models/rows`), or single files (`wire/image-header.ts`). */
  imports: readonly string[];
  /** The files that lie loose in the room are `.`. */
  inside: readonly (string | readonly string[])[];
  /** For `.` only: the files that may lie loose. */
  files?: readonly string[];
}

/** The rank table: the rooms of each source folder. */
export const ROOMS: Readonly<Record<string, Readonly<Record<string, Room>>>> = table;

/** Sources by path from the repository's root, with `/`. */
export type Sources = ReadonlyMap<string, string>;

/** An import or a re-export, of values or of types alone. Relative targets are paths from the repository's root. */
export interface Import {
  from: string;
  to: string;
}

const isProduction = (path: string): boolean =>
  path.endsWith(".ts") && !/\.test\.ts$|\.d\.ts$|\/__fixtures__\/|\/(node_modules|dist|test|scripts)\//.test(path);

/** Every production source below `packages/`. */
export function readSources(root: string): Sources {
  const files = readdirSync(join(root, "packages"), { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .filter(isProduction)
      .toSorted()
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

const IMPORT =
  /^\s*(?:import|export)\s+(?:type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** What a file imports, type imports included. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, declared, dynamic]) => {
    const target = declared ?? dynamic ?? "";
    return { from: path, to: target.startsWith(".") ? posix.join(dirname(path), target) : target };
  });
}

/** All imports of some sources. */
export function allImports(sources: Sources): Import[] {
  return [...sources].flatMap(([path, text]) => importsOf(path, text));
}

interface Place {
  room: string;
  part: string;
  floor: number;
}

function placeOf(folder: string, path: string): Place {
  const [room = ".", ...rest] = dirname(path.slice(folder.length)).split("/");
  const part = rest.join("/") || ".";
  const floors = ROOMS[folder]?.[room]?.inside ?? [];
  return { room, part, floor: floors.findIndex((parts) => [parts].flat().includes(part)) };
}

/** Files without a room, and files that lie loose where only named ones may. */
export function filesWithoutRoom(sources: Sources): string[] {
  return Object.entries(ROOMS).flatMap(([folder, rooms]) =>
    [...sources.keys()].filter((path) => {
      if (!path.startsWith(folder)) return false;
      const { room, floor } = placeOf(folder, path);
      const loose = rooms[room]?.files;
      return floor < 0 || (room === "." && loose !== undefined && !loose.includes(path.slice(folder.length)));
    }),
  );
}

/** Imports that the table does not allow. */
export function importsAgainstTheTable(sources: Sources): Import[] {
  const imports = allImports(sources);
  return Object.entries(ROOMS).flatMap(([folder, rooms]) =>
    imports.filter(({ from, to }) => {
      if (!from.startsWith(folder) || !to.startsWith(folder)) return false;
      const [here, there] = [placeOf(folder, from), placeOf(folder, to)];
      if (here.room === there.room) return here.part !== there.part && there.floor >= here.floor;
      return !(rooms[here.room]?.imports ?? []).some((entry) =>
        entry === "." ? there.room === "." : to === folder + entry || to.startsWith(`${folder}${entry}/`),
      );
    }),
  );
}

/** Files that import themselves over others, each circle once, type imports counted. */
export function circles(sources: Sources): string[][] {
  const next = new Map([...sources].map(([path, text]) => [path, importsOf(path, text).map(({ to }) => to)]));
  const found: string[][] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push([...trail.slice(trail.indexOf(path)), path]);
      return;
    }
    state.set(path, "open");
    for (const to of next.get(path) ?? []) if (next.has(to)) visit(to, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of next.keys()) visit(path, []);
  return found;
}

/** Who may know a provider by name: whole folders, and the one list of accounts or keys in each wrapper. */
const NAMES_PROVIDERS: readonly { path: string; lines?: RegExp }[] = [
  { path: "packages/core/src/models/" },
  { path: "packages/simulator/" },
  { path: "packages/n8n-node/credentials/" },
  { path: "packages/n8n-node/nodes/Artdesk/host/provider-credentials.ts" },
  // n8n's scanner reads the credentials of a node as they stand in its file.
  { path: "packages/n8n-node/nodes/Artdesk/Artdesk.node.ts", lines: /^\s*(name: "artdesk\w+Api"|displayName: ".+"),$/ },
  { path: "packages/github-action/src/asked/key-inputs.ts" },
];

/** Makers and model families; the ids of providers come from the adapters. */
const FAMILIES =
  "open ai|open router|google|anthropic|gpt image|chatgpt|dall e|nano banana|seedream|dreamina|flux|recraft|luna|hunyuan|esrgan|seedvr";

const wordsOf = (text: string): string =>
  ` ${(text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).join(" ").toLowerCase()} `;

/** The adapters of providers that somebody else runs. */
const adapters = readdirSync(join(import.meta.dirname, "../../packages/core/src/models/providers"))
  .filter((name) => isProduction(name) && name !== "sketch.ts")
  .map((name) => wordsOf(name.slice(0, -".ts".length)).trim());

const PROVIDER_NAME = new RegExp(` (${[...adapters, FAMILIES].join("|")}) `);

const isComment = (line: string): boolean => /^\s*(\/\/|\*|\/\*)/.test(line);

/** Lines of code, comments aside, that name a provider or a model where nobody may; `readOpenAi` and `FAL_KEY` do, too. */
export function providerNames(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => {
    const allowed = NAMES_PROVIDERS.find((entry) => path.startsWith(entry.path));
    if (allowed && !allowed.lines) return [];
    return text
      .split("\n")
      .flatMap((line, index) =>
        PROVIDER_NAME.test(wordsOf(line)) && !isComment(line) && !allowed?.lines?.test(line)
          ? [`${path}:${index + 1}: ${line.trim()}`]
          : [],
      );
  });
}

/** Sources with more lines than this, blank ones aside, have become two things. */
const MAX_LINES = 250;

/** Sources that are too long. */
export function longFiles(sources: Sources): string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.split("\n").filter((line) => line.trim() !== "").length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}
