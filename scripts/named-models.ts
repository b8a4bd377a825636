import { Buffer } from "node:buffer";

/** A model by the name that people know, and the smallest job that shows it: front matter of a prompt file. */
export interface NamedModel {
  name: string;
  frontMatter: string;
  /** Where the provider publishes no price: what the simulator charges, which is taken for the user's own price. */
  ownUsd?: number;
}

const EDIT = "operation: edit\nreferences: [photo.png]";
const UPSCALE = "operation: upscale\nreferences: [photo.png]";

/**
 * The models that an art desk is asked for by name. docs/models.md is written from this list and the catalogue, and
 * tests of the CLI, the Action and the n8n node make an image with each by exactly this name (`named-models.*` there).
 */
export const NAMED_MODELS: readonly NamedModel[] = [
  { name: "GPT Image 2.0", frontMatter: "quality: low\nsize: 1024x1024" },
  { name: "Nano Banana Pro", frontMatter: "aspect: 1:1" },
  { name: "Gemini 2.5 Flash Image", frontMatter: "aspect: 1:1" },
  { name: "Seedream 4.5", frontMatter: "size: 2048x2048", ownUsd: 0.04 },
  { name: "openrouter/seedream-4.5", frontMatter: "size: 2048x2048" },
  { name: "Wan 2.7 Image Pro", frontMatter: "size: 1024x1024", ownUsd: 0.075 },
  { name: "Flux Kontext Fast", frontMatter: `${EDIT}\naspect: 1:1`, ownUsd: 0.005 },
  { name: "Dreamina 3.1", frontMatter: "size: 2048x2048" },
  { name: "Stable Diffusion 3", frontMatter: "size: 1024x1024", ownUsd: 0.035 },
  { name: "Recraft 20B", frontMatter: "size: 1024x1024", ownUsd: 0.022 },
  { name: "Hunyuan Image 2.1", frontMatter: "size: 1024x1024", ownUsd: 0.1 },
  { name: "ESRGAN", frontMatter: UPSCALE, ownUsd: 0.002 },
  { name: "SeedVR", frontMatter: UPSCALE },
  { name: "Topaz", frontMatter: UPSCALE, ownUsd: 0.08 },
  { name: "Clarity Upscaler", frontMatter: UPSCALE, ownUsd: 0.03 },
  { name: "Recraft Crisp Upscale", frontMatter: UPSCALE, ownUsd: 0.004 },
];

/** A grey picture of 64x64 pixels, for models that need one. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAG0lEQVR4nO3BgQAAAADDoPlT3+AEVQEAAAB8AxBAAAFGOA0dAAAAAElFTkSuQmCC",
  "base64",
);

/** A workspace in which `out.png` is made by this name, with the user's own price where there is one. */
export function workspaceOf({ name, frontMatter, ownUsd }: NamedModel): Readonly<Record<string, string | Uint8Array>> {
  const prices = ownUsd === undefined ? "" : `prices: { "${name}": ${ownUsd} }\n`;
  return {
    "artdesk.yml": `version: 1\nbudget: { month: 2 }\n${prices}`,
    "a.image.md": `---\nmodel: ${name}\noutput: out.png\n${frontMatter}\n---\nA red fox in snow.\n`,
    "photo.png": PHOTO,
  };
}
