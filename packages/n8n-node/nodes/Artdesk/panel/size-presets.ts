import type { Resolution } from "@artdesk/core";
import type { INodePropertyOptions } from "n8n-workflow";

/** A shape that people know by its use. */
export interface SizePreset {
  value: string;
  name: string;
  description: string;
  aspect: string;
  /** Pixel class; undefined leaves it to the purpose. */
  resolution: Resolution | undefined;
}

export const CUSTOM_SHAPE = "customShape";
export const CUSTOM_PIXELS = "customPixels";

/** Sizes by use, in the order of the list. Shapes are ones that several models can make. */
export const SIZE_PRESETS: readonly SizePreset[] = [
  { value: "blogHero", name: "Blog Hero", description: "Wide, 16:9, 2K", aspect: "16:9", resolution: "2K" },
  { value: "emailHeader", name: "Email Header", description: "Very wide, 21:9", aspect: "21:9", resolution: "1K" },
  { value: "instagramPost", name: "Instagram Post", description: "Portrait, 4:5", aspect: "4:5", resolution: "1K" },
  {
    value: "instagramStory",
    name: "Instagram Story or Reel",
    description: "Tall, 9:16",
    aspect: "9:16",
    resolution: "1K",
  },
  {
    value: "linkPreview",
    name: "Link Preview",
    description: "Wide, 16:9, for shared links",
    aspect: "16:9",
    resolution: "1K",
  },
  { value: "pinterestPin", name: "Pinterest Pin", description: "Tall, 2:3", aspect: "2:3", resolution: "1K" },
  {
    value: "presentation",
    name: "Presentation Slide",
    description: "Wide, 16:9, 2K",
    aspect: "16:9",
    resolution: "2K",
  },
  {
    value: "printA4",
    name: "Print A4 Landscape",
    description: "4:3, 2K; trim the sides to A4",
    aspect: "4:3",
    resolution: "2K",
  },
  {
    value: "printA4Portrait",
    name: "Print A4 Portrait",
    description: "3:4, 2K; trim the top to A4",
    aspect: "3:4",
    resolution: "2K",
  },
  { value: "productPhoto", name: "Product Photo", description: "Square, 2K", aspect: "1:1", resolution: "2K" },
  { value: "square", name: "Square", description: "1:1, fits most places", aspect: "1:1", resolution: undefined },
  { value: "youtubeThumbnail", name: "YouTube Thumbnail", description: "Wide, 16:9", aspect: "16:9", resolution: "1K" },
];

/** The list as the panel shows it: everyday uses first, free choice last. */
export const SIZE_OPTIONS: INodePropertyOptions[] = [
  ...SIZE_PRESETS.map(({ name, value, description }) => ({ name, value, description })),
  { name: "Custom Shape", value: CUSTOM_SHAPE, description: "Any width to height ratio" },
  { name: "Custom Pixels", value: CUSTOM_PIXELS, description: "Exact width and height" },
];
