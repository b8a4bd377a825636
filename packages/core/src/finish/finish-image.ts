import { ArtdeskError } from "../basics/errors.ts";
import { placeMaster, type Box } from "../basics/crop-geometry.ts";
import { findContentCredentials, type ContentCredentials } from "./content-credentials.ts";
import { writeIco } from "./ico-file.ts";
import { MAX_OUTPUT_PX, USUAL_QUALITY, type OutputFormat, type OutputRecipe } from "./output-recipe.ts";
import type { Picture, Pixels } from "./pixels.ts";
import { searchQuality } from "./search-quality.ts";
import { embedXmp, writeXmp, type Disclosure } from "./xmp-packet.ts";

/** A file that was made from a master. */
export interface FinishedOutput {
  recipe: OutputRecipe;
  bytes: Uint8Array;
  /** What was cut out of the master, in its pixels, so that any tool can repeat it. */
  crop: Box;
  /** Above 1 the master was enlarged, which makes the file soft. */
  scale: number;
  /** Share of the master that was cut away, 0 to 1. */
  cutAway: number;
  /** Undefined where the format has no quality. */
  quality: number | undefined;
}

/** A recipe that could not be met: the others are made all the same. */
export interface UnmetOutput {
  recipe: OutputRecipe;
  error: ArtdeskError;
}

export interface FinishedImage {
  outputs: readonly FinishedOutput[];
  unmet: readonly UnmetOutput[];
  /** What the master said of its origin. Derived files cannot keep it. */
  contentCredentials: ContentCredentials;
}

/** Said of every derived file; undefined: `disclosure: off`. */
export type DisclosureOfMaster = Omit<Disclosure, "isComposite">;

/**
 * Makes every output of a master, one after the other, so that no two pictures are in memory at once.
 * Throws `invalid_request` when the master cannot be decoded.
 */
export async function finishImage(
  pixels: Pixels,
  master: Uint8Array,
  recipes: readonly OutputRecipe[],
  disclosure: DisclosureOfMaster | undefined,
): Promise<FinishedImage> {
  const picture = await pixels.decode(master);
  const outputs: FinishedOutput[] = [];
  const unmet: UnmetOutput[] = [];
  for (const recipe of recipes) {
    const made = await makeOutput(pixels, picture, recipe, disclosure);
    if ("error" in made) unmet.push(made);
    else outputs.push(made);
  }
  return { outputs, unmet, contentCredentials: findContentCredentials(master) };
}

async function makeOutput(
  pixels: Pixels,
  picture: Picture,
  recipe: OutputRecipe,
  disclosure: DisclosureOfMaster | undefined,
): Promise<FinishedOutput | UnmetOutput> {
  const refusal = objectionTo(recipe, pixels.formats);
  if (refusal !== undefined) return { recipe, error: refusal };
  const size = { widthPx: recipe.widthPx, heightPx: recipe.heightPx };
  const focus =
    recipe.fit !== "cover" || recipe.focus === "center"
      ? { x: 0.5, y: 0.5 }
      : recipe.focus === "auto"
        ? await picture.findSubject(size)
        : recipe.focus;
  const placement = placeMaster(picture, size, recipe.fit, focus);
  const margin = await marginOf(recipe, picture);
  const { crop, scale, cutAway } = placement;
  const about = { recipe, crop, scale, cutAway };
  const xmp = disclosure && writeXmp({ ...disclosure, isComposite: false });
  if (recipe.format === "ico") return { ...about, bytes: await encodeIco(picture, recipe), quality: undefined };
  const { format } = recipe;
  const encode = async (quality: number): Promise<Uint8Array> => {
    const bytes = await picture.encode({ placement, size, format, quality, margin, xmp });
    return xmp === undefined ? bytes : embedXmp(bytes, xmp, { ...size, hasAlpha: picture.hasAlpha });
  };
  if (format === "png") {
    const bytes = await encode(100);
    return isWithin(bytes, recipe)
      ? { ...about, bytes, quality: undefined }
      : { recipe, error: tooHeavy(recipe, bytes) };
  }
  const most = recipe.quality ?? USUAL_QUALITY[format];
  if (recipe.maxBytes === undefined) return { ...about, bytes: await encode(most), quality: most };
  const search = await searchQuality(encode, recipe.maxBytes, most);
  if (search.found === undefined) return { recipe, error: tooHeavy(recipe, search.smallest.bytes) };
  return { ...about, ...search.found };
}

/** Transparent or white for `contain`, the picture's own edge for `pad`; `cover` has no margin. */
async function marginOf(recipe: OutputRecipe, picture: Picture): Promise<readonly [number, number, number, number]> {
  if (recipe.fit === "pad") return picture.edgeColor();
  return recipe.format === "jpeg" ? [255, 255, 255, 255] : [255, 255, 255, 0];
}

async function encodeIco(picture: Picture, recipe: OutputRecipe): Promise<Uint8Array> {
  const edges = recipe.icoEdgesPx ?? [recipe.widthPx];
  const pictures: { edgePx: number; png: Uint8Array }[] = [];
  for (const edgePx of edges) {
    const size = { widthPx: edgePx, heightPx: edgePx };
    const placement = placeMaster(picture, size, recipe.fit, { x: 0.5, y: 0.5 });
    const png = await picture.encode({
      placement,
      size,
      format: "png",
      quality: 100,
      margin: [255, 255, 255, 0],
      xmp: undefined,
    });
    pictures.push({ edgePx, png });
  }
  return writeIco(pictures);
}

function objectionTo(recipe: OutputRecipe, formats: readonly OutputFormat[]): ArtdeskError | undefined {
  if (recipe.widthPx * recipe.heightPx > MAX_OUTPUT_PX)
    return refuse(`${recipe.name} has more than 100 megapixels.`, "Ask for fewer pixels.");
  if (!formats.includes(recipe.format))
    return refuse(`${recipe.format} cannot be written here.`, `Use one of: ${formats.join(", ")}.`);
  return undefined;
}

function isWithin(bytes: Uint8Array, { maxBytes }: OutputRecipe): boolean {
  return maxBytes === undefined || bytes.length <= maxBytes;
}

function tooHeavy(recipe: OutputRecipe, smallest: Uint8Array): ArtdeskError {
  const [limit, reached] = [recipe.maxBytes ?? 0, smallest.length].map((bytes) => `${Math.ceil(bytes / 1000)} kB`);
  const way = recipe.format === "png" ? "Use webp or jpeg, or allow more." : "Allow more, or ask for fewer pixels.";
  return refuse(`${recipe.file} cannot be made within ${limit}: the smallest that can be made has ${reached}.`, way);
}

function refuse(shortMessage: string, hint: string): ArtdeskError {
  return new ArtdeskError({ code: "invalid_request", shortMessage, hint });
}
