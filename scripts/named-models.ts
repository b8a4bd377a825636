/** A model by the name that people know, and the smallest job that shows it: front matter of a prompt file. */
export interface NamedModel {
  name: string;
  frontMatter: string;
}

const EDIT = "operation: edit\nreferences: [photo.png]";
const UPSCALE = "operation: upscale\nreferences: [photo.png]";

/**
 * The models that an art desk is asked for by name. docs/models.md is written from this list and the catalogue, and
 * `packages/cli/test/named-models.services.test.ts` makes an image with each by exactly this name.
 */
export const NAMED_MODELS: readonly NamedModel[] = [
  { name: "GPT Image 2.0", frontMatter: "quality: low\nsize: 1024x1024" },
  { name: "Nano Banana Pro", frontMatter: "aspect: 1:1" },
  { name: "Gemini 2.5 Flash Image", frontMatter: "aspect: 1:1" },
  { name: "Seedream 4.5", frontMatter: "size: 2048x2048" },
  { name: "openrouter/seedream-4.5", frontMatter: "size: 2048x2048" },
  { name: "Wan 2.7 Image Pro", frontMatter: "size: 1024x1024" },
  { name: "Flux Kontext Fast", frontMatter: `${EDIT}\naspect: 1:1` },
  { name: "Dreamina 3.1", frontMatter: "size: 2048x2048" },
  { name: "Stable Diffusion 3", frontMatter: "size: 1024x1024" },
  { name: "Recraft 20B", frontMatter: "size: 1024x1024" },
  { name: "Hunyuan Image 2.1", frontMatter: "size: 1024x1024" },
  { name: "ESRGAN", frontMatter: UPSCALE },
  { name: "SeedVR", frontMatter: UPSCALE },
  { name: "Topaz", frontMatter: UPSCALE },
  { name: "Clarity Upscaler", frontMatter: UPSCALE },
  { name: "Recraft Crisp Upscale", frontMatter: UPSCALE },
];
