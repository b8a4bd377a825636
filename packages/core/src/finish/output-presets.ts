import type { Fit } from "../basics/crop-geometry.ts";
import type { OutputFormat } from "./output-recipe.ts";

/** One file of a preset. */
export interface PresetFile {
  /** Added to the file's name, `-180` for instance; empty when the preset is one file. */
  suffix: string;
  widthPx: number;
  heightPx: number;
  format: OutputFormat;
  icoEdgesPx?: readonly number[] | undefined;
}

/** A place where pictures are published, with the pixels that it shows. */
export interface OutputPreset {
  name: string;
  /** For people: "Link preview (Open Graph)". */
  title: string;
  files: readonly PresetFile[];
  fit: Fit;
  /** The most that the place takes, in bytes; undefined where it names none. */
  maxBytes: number | undefined;
  source: { document: string; date: string };
}

const file = (widthPx: number, heightPx: number, format: OutputFormat, suffix = ""): PresetFile => ({
  suffix,
  widthPx,
  heightPx,
  format,
});

const READ_ON = "2026-12-01";

const preset = (
  name: string,
  title: string,
  files: readonly PresetFile[],
  document: string,
  maxBytes?: number,
): OutputPreset => ({ name, title, files, fit: "cover", maxBytes, source: { document, date: READ_ON } });

/**
 * The presets of `outputs:`. Pixels are what the place itself recommends, at the density at which it shows them.
 * Paper is counted at 300 dots per inch (ISO 216 sizes), without bleed.
 */
export const OUTPUT_PRESETS: readonly OutputPreset[] = [
  preset(
    "og",
    "Link preview (Open Graph)",
    [file(1200, 630, "jpeg")],
    "Open Graph images, Meta for developers",
    8_000_000,
  ),
  preset(
    "twitter",
    "X (Twitter), large card",
    [file(1200, 600, "jpeg")],
    "X developer docs, summary card with large image, 2:1",
    5_000_000,
  ),
  preset(
    "linkedin",
    "LinkedIn, shared link",
    [file(1200, 627, "jpeg")],
    "LinkedIn help, image specifications of shared links, 1.91:1",
    5_000_000,
  ),
  preset(
    "facebook",
    "Facebook, post",
    [file(1200, 630, "jpeg")],
    "Meta for developers, images in link shares, 1.91:1",
    8_000_000,
  ),
  preset(
    "instagram-post",
    "Instagram, square post",
    [file(1080, 1080, "jpeg")],
    "Instagram help, photo resolution, 1080 px wide",
    8_000_000,
  ),
  preset(
    "instagram-portrait",
    "Instagram, portrait post",
    [file(1080, 1350, "jpeg")],
    "Instagram help, photo resolution, 4:5",
    8_000_000,
  ),
  preset(
    "instagram-story",
    "Instagram, story or reel cover",
    [file(1080, 1920, "jpeg")],
    "Meta business help, stories, 9:16",
    8_000_000,
  ),
  preset(
    "pinterest",
    "Pinterest, pin",
    [file(1000, 1500, "jpeg")],
    "Pinterest business help, pin specifications, 2:3",
    20_000_000,
  ),
  preset(
    "youtube-thumbnail",
    "YouTube, thumbnail",
    [file(1280, 720, "jpeg")],
    "YouTube help, custom thumbnails, 16:9, under 2 MB",
    2_000_000,
  ),
  preset(
    "blog-hero",
    "Blog, header",
    [file(1600, 900, "webp")],
    "Artdesk: 16:9 at twice the usual text column of 800 px",
  ),
  preset(
    "readme-banner",
    "README, banner",
    [file(1280, 640, "png")],
    "GitHub docs, social preview of a repository, 2:1, under 1 MB",
    1_000_000,
  ),
  {
    ...preset(
      "favicon",
      "Favicon set",
      [],
      "WHATWG HTML, link rel icon; Apple, configuring web applications; W3C web app manifest",
    ),
    files: [
      { ...file(48, 48, "ico"), icoEdgesPx: [16, 32, 48] },
      file(180, 180, "png", "-apple-touch-180"),
      file(192, 192, "png", "-192"),
      file(512, 512, "png", "-512"),
    ],
  },
  preset("app-icon", "App icon", [file(1024, 1024, "png")], "Apple human interface guidelines, app icons, 1024 px"),
  preset("print-a4", "A4 portrait, 300 dpi", [file(2480, 3508, "png")], "ISO 216: 210 x 297 mm at 300 dots per inch"),
  preset("print-a5", "A5 portrait, 300 dpi", [file(1748, 2480, "png")], "ISO 216: 148 x 210 mm at 300 dots per inch"),
];

/** The preset of this name; undefined when there is none. */
export function findPreset(name: string, own: readonly OutputPreset[] = []): OutputPreset | undefined {
  return [...own, ...OUTPUT_PRESETS].find((known) => known.name === name);
}
