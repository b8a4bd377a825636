import type { INodeProperties } from "n8n-workflow";
import { modelField } from "./brief-fields.ts";
import { CUSTOM_PIXELS } from "./size-presets.ts";

const forUpscale = { show: { resource: ["image"], operation: ["upscale"] } };

/** How much larger an image becomes, and by which model. */
export const upscaleFields: INodeProperties[] = [
  {
    displayName: "Enlarge",
    name: "enlarge",
    type: "options",
    options: [
      { name: "2 Times", value: 2, description: "Twice as wide and twice as high" },
      { name: "4 Times", value: 4, description: "Four times as wide and as high" },
      { name: "To Exact Pixels", value: CUSTOM_PIXELS, description: "Same shape, your own width and height" },
    ],
    default: 2,
    description: "How much larger the image becomes. Most models charge by the pixels that come out.",
    displayOptions: forUpscale,
  },
  {
    displayName: "Pixels",
    name: "pixels",
    type: "string",
    required: true,
    default: "2048x2048",
    placeholder: "e.g. 2048x2048",
    description: "Width and height of the result, in the shape of the image that goes in",
    displayOptions: { show: { ...forUpscale.show, enlarge: [CUSTOM_PIXELS] } },
  },
  modelField(
    "searchUpscalers",
    "Leave on 'Automatic' for the cheapest model that can do it. A model that you choose is used or nothing is.",
    forUpscale,
  ),
];
