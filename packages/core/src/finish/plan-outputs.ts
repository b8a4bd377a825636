import { closestName } from "../basics/closest-name.ts";
import type { Fit } from "../basics/crop-geometry.ts";
import { ArtdeskError } from "../basics/errors.ts";
import { findPreset, OUTPUT_PRESETS, type OutputPreset } from "./output-presets.ts";
import { MAX_OUTPUT_PX, type Focus, type OutputFormat, type OutputRecipe } from "./output-recipe.ts";

/** One output as a person asks for it: a preset or pixels, and what differs from it. */
export interface OutputWish {
  preset?: string | undefined;
  /** `WIDTHxHEIGHT` in pixels. */
  size?: string | undefined;
  /** Path of the file. @default the master's name, the preset's name or the pixels, and the format's ending */
  file?: string | undefined;
  format?: OutputFormat | undefined;
  fit?: Fit | undefined;
  /** `auto`, `center`, or `x,y` as shares of width and height, 0 to 1. */
  focus?: string | undefined;
  /** The most that a file may weigh, in kB of 1000 bytes. */
  maxKb?: number | undefined;
  /** 1 to 100. */
  quality?: number | undefined;
}

export const OUTPUT_FORMATS: readonly OutputFormat[] = ["png", "jpeg", "webp", "avif", "ico"];
const FITS: readonly Fit[] = ["cover", "contain", "pad"];
const ENDINGS: Readonly<Record<OutputFormat, string>> = {
  png: "png",
  jpeg: "jpg",
  webp: "webp",
  avif: "avif",
  ico: "ico",
};

/**
 * The recipes of some wishes, in their order; a preset of several files gives several.
 * @param stem - where the files go: the master's path without its ending
 * Throws `invalid_request` with `outputs.N.FIELD` in its message for a wish that cannot be.
 */
export function planOutputs(
  wishes: readonly OutputWish[],
  stem: string,
  own: readonly OutputPreset[] = [],
): readonly OutputRecipe[] {
  const recipes = wishes.flatMap((wish, index) => recipesOf(wish, `outputs.${index}`, stem, own));
  const seen = new Set<string>();
  for (const { file } of recipes) {
    const key = file.normalize("NFC").toLowerCase();
    if (seen.has(key))
      throw refuse("outputs", `two outputs are written to ${file}`, "Give one of them another `file`.");
    seen.add(key);
  }
  return recipes;
}

function recipesOf(wish: OutputWish, path: string, stem: string, own: readonly OutputPreset[]): OutputRecipe[] {
  if ((wish.preset === undefined) === (wish.size === undefined))
    throw refuse(path, "needs either `preset` or `size`", "Write one of them.");
  const shared = readShared(wish, path);
  if (wish.size !== undefined) {
    const { widthPx, heightPx } = readSize(wish.size, `${path}.size`);
    const format = wish.format ?? formatOf(wish.file) ?? "png";
    const file = wish.file ?? `${stem}-${widthPx}x${heightPx}.${ENDINGS[format]}`;
    requireSameFormat(file, format, path);
    return [
      {
        name: `${widthPx}x${heightPx}`,
        file,
        widthPx,
        heightPx,
        format,
        fit: wish.fit ?? "cover",
        maxBytes: undefined,
        ...shared,
      },
    ];
  }
  const preset = requirePreset(wish.preset ?? "", `${path}.preset`, own);
  if (wish.file !== undefined && preset.files.length > 1)
    throw refuse(`${path}.file`, `${preset.name} is ${preset.files.length} files`, "Leave `file` out.");
  return preset.files.map((each) => {
    const format = preset.files.length > 1 ? each.format : (wish.format ?? formatOf(wish.file) ?? each.format);
    const file = wish.file ?? `${stem}-${preset.name}${each.suffix}.${ENDINGS[format]}`;
    requireSameFormat(file, format, path);
    return {
      name: preset.name,
      file,
      widthPx: each.widthPx,
      heightPx: each.heightPx,
      format,
      fit: wish.fit ?? preset.fit,
      maxBytes: preset.maxBytes,
      icoEdgesPx: each.icoEdgesPx,
      ...shared,
    };
  });
}

type SharedFields = Pick<OutputRecipe, "focus" | "quality"> & Partial<Pick<OutputRecipe, "maxBytes">>;

function readShared(wish: OutputWish, path: string): SharedFields {
  const { format, fit, quality, maxKb } = wish;
  if (format !== undefined) requireOneOf(format, OUTPUT_FORMATS, `${path}.format`);
  if (fit !== undefined) requireOneOf(fit, FITS, `${path}.fit`);
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100))
    throw refuse(`${path}.quality`, "is not a whole number from 1 to 100");
  if (maxKb !== undefined && !(maxKb > 0 && maxKb <= 1_000_000))
    throw refuse(`${path}.max_kb`, "is not a number of kB above 0");
  return {
    focus: readFocus(wish.focus ?? "auto", `${path}.focus`),
    quality,
    ...(maxKb !== undefined && { maxBytes: Math.floor(maxKb * 1000) }),
  };
}

function readSize(text: string, path: string): { widthPx: number; heightPx: number } {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(text);
  const [widthPx, heightPx] = [Number(match?.[1]), Number(match?.[2])];
  if (!(widthPx >= 1 && heightPx >= 1))
    throw refuse(path, `${JSON.stringify(text)} is not WIDTHxHEIGHT in pixels`, "For example 1200x630.");
  if (widthPx * heightPx > MAX_OUTPUT_PX) throw refuse(path, `${text} has more than 100 megapixels`);
  return { widthPx, heightPx };
}

function readFocus(text: string, path: string): Focus {
  if (text === "auto" || text === "center") return text;
  const [x = NaN, y = NaN, ...rest] = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (rest.length > 0 || Number.isNaN(x) || Number.isNaN(y))
    throw refuse(
      path,
      `${JSON.stringify(text)} is not auto, center or x,y`,
      "For example 0.5,0.3: the middle, a third from the top.",
    );
  if (Math.min(x, y) < 0 || Math.max(x, y) > 1)
    throw refuse(path, `${text} lies outside the picture`, "Shares of width and height go from 0 to 1.");
  return { x, y };
}

function requirePreset(name: string, path: string, own: readonly OutputPreset[]): OutputPreset {
  const preset = findPreset(name, own);
  if (preset !== undefined) return preset;
  const names = [...own, ...OUTPUT_PRESETS].map((known) => known.name);
  const meant = closestName(name, names);
  throw refuse(
    path,
    `there is no preset ${JSON.stringify(name)}`,
    meant === undefined ? `Presets: ${names.join(", ")}.` : `Did you mean ${meant}?`,
  );
}

function requireOneOf(value: string, known: readonly string[], path: string): void {
  if (known.includes(value)) return;
  const meant = closestName(value, known);
  throw refuse(
    path,
    `${JSON.stringify(value)} is not one of ${known.join(", ")}`,
    meant === undefined ? undefined : `Did you mean ${meant}?`,
  );
}

function requireSameFormat(file: string, format: OutputFormat, path: string): void {
  const named = formatOf(file);
  if (named !== undefined && named !== format)
    throw refuse(`${path}.file`, `${file} is named as ${named} and made as ${format}`, "Change one of them.");
}

/** The format that a file's ending stands for; undefined for another ending. */
function formatOf(file: string | undefined): OutputFormat | undefined {
  const ending = file?.slice(file.lastIndexOf(".") + 1).toLowerCase();
  return ending === "jpeg" ? "jpeg" : OUTPUT_FORMATS.find((format) => ENDINGS[format] === ending);
}

function refuse(path: string, what: string, hint?: string): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `\`${path}\`: ${what}.`,
    ...(hint !== undefined && { hint }),
  });
}
