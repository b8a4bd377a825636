import type { INodeProperties } from "n8n-workflow";

const show = { show: { resource: ["image"] } };

/** What can be done with an image. */
export const imageOperations: INodeProperties = {
  displayName: "Operation",
  name: "operation",
  type: "options",
  noDataExpression: true,
  displayOptions: show,
  options: [
    {
      name: "Compare",
      value: "compare",
      description: "Make the same image with several models and have a judge count what each of them got right",
      action: "Compare models on an image",
    },
    {
      name: "Draft",
      value: "draft",
      description: "Make several cheap images of one prompt, to pick from",
      action: "Draft image",
    },
    { name: "Edit", value: "edit", description: "Change an image by description", action: "Edit image" },
    {
      name: "Final",
      value: "final",
      description: "Make the picked draft again in full quality, with one of the best models",
      action: "Make final image",
    },
    { name: "Generate", value: "generate", description: "Make an image from a description", action: "Generate image" },
    {
      name: "Refine",
      value: "refine",
      description: "Correct a draft in words, still at a low price",
      action: "Refine image",
    },
    {
      name: "Upscale",
      value: "upscale",
      description: "Enlarge an image and keep what it shows",
      action: "Upscale image",
    },
  ],
  default: "generate",
};

/** The image that an edit or an upscale starts from. */
export const inputImageFields: INodeProperties[] = [
  {
    displayName: "Input Data Field Name",
    name: "imageField",
    type: "string",
    required: true,
    default: "data",
    placeholder: "e.g. data",
    hint: "The name of the input field that holds the image file",
    description: "The image to work on. A PNG, JPEG or WebP file.",
    displayOptions: { show: { resource: ["image"], operation: ["edit", "upscale", "refine", "final"] } },
  },
  {
    displayName: "Mask Field Name",
    name: "maskField",
    type: "string",
    default: "",
    placeholder: "e.g. mask",
    hint: "The name of the input field that holds the mask, if there is one",
    description: "A PNG of the image's size, transparent where the image may change",
    displayOptions: { show: { resource: ["image"], operation: ["edit"] } },
  },
];

/** Images to go by: a logo, a product, a style. */
export const referenceFields: INodeProperties[] = [
  {
    displayName: "Reference Field Names",
    name: "referenceFields",
    type: "string",
    default: "",
    placeholder: "e.g. logo, product",
    hint: "The names of the input fields that hold images to go by, separated by commas",
    description: "Images that the model looks at: a product, a logo, a style",
    displayOptions: {
      show: {
        resource: ["image", "cost"],
        operation: ["draft", "refine", "final", "generate", "edit", "estimate", "compare"],
      },
    },
  },
];

/** Whether the output is short. */
export const simplifyField: INodeProperties = {
  displayName: "Simplify",
  name: "simplify",
  type: "boolean",
  default: true,
  description: "Whether to return a simplified version of the response instead of the raw data",
  displayOptions: {
    show: {
      resource: ["image", "cost"],
      operation: ["draft", "refine", "final", "generate", "edit", "upscale", "estimate", "compare"],
    },
  },
};
