import type { IDisplayOptions, INodeProperties } from "n8n-workflow";
import { CUSTOM_PIXELS, CUSTOM_SHAPE, SIZE_OPTIONS } from "./size-presets.ts";

/** Which model makes the image. */
export function modelField(
  searchListMethod: string,
  description: string,
  displayOptions: IDisplayOptions,
): INodeProperties {
  return {
    displayName: "Model",
    name: "model",
    type: "resourceLocator",
    default: { mode: "list", value: "auto", cachedResultName: "Automatic" },
    description,
    modes: [
      { displayName: "From List", name: "list", type: "list", typeOptions: { searchListMethod, searchable: true } },
      { displayName: "ID", name: "id", type: "string", placeholder: "e.g. auto" },
    ],
    displayOptions,
  };
}

/** What the image is: prompt, purpose, size, text to render. */
export function briefFields(displayOptions: IDisplayOptions): INodeProperties[] {
  return [
    {
      displayName: "Prompt",
      name: "prompt",
      type: "string",
      typeOptions: { rows: 4 },
      required: true,
      default: "",
      placeholder: "e.g. A steaming mug of coffee on a wooden table, morning light",
      description: "What the image shows, or what an edit changes",
      displayOptions,
    },
    {
      displayName: "Purpose",
      name: "purpose",
      type: "options",
      options: [
        {
          name: "Client Work",
          value: "client",
          description: "Commercial work for a client: only the best models, never downgraded to save money",
        },
        { name: "Documentation", value: "docs", description: "Guides, help pages and diagrams" },
        { name: "Draft", value: "draft", description: "Ideas and mood boards: the cheapest model that can do it" },
        { name: "Internal", value: "internal", description: "Slides, wikis and anything that stays in the house" },
        { name: "Print", value: "print", description: "Goes to paper: the best models and more pixels" },
        { name: "Social Media", value: "social", description: "Posts and stories" },
      ],
      default: "internal",
      description: "What the image is for. This decides how good the model must be.",
      displayOptions,
    },
    {
      displayName: "Size",
      name: "size",
      type: "options",
      options: SIZE_OPTIONS,
      default: "square",
      description: "Where the image will be used, or your own shape",
      displayOptions,
    },
    {
      displayName: "Shape",
      name: "aspect",
      type: "string",
      required: true,
      default: "3:2",
      placeholder: "e.g. 3:2",
      description: "Width to height",
      displayOptions: { show: { ...displayOptions.show, size: [CUSTOM_SHAPE] } },
    },
    {
      displayName: "Pixels",
      name: "pixels",
      type: "string",
      required: true,
      default: "1536x1024",
      placeholder: "e.g. 1536x1024",
      description: "Width and height, both in pixels",
      displayOptions: { show: { ...displayOptions.show, size: [CUSTOM_PIXELS] } },
    },
    {
      displayName: "Text in Image",
      name: "text",
      type: "string",
      typeOptions: { multipleValues: true, multipleValueButtonText: "Add Text" },
      default: [],
      placeholder: "e.g. Summer Sale",
      description: "Words that must stand in the image exactly as written. Models that write badly are then left out.",
      displayOptions,
    },
  ];
}
