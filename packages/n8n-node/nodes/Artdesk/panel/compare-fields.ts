import type { INodeProperties } from "n8n-workflow";

const forCompare = { show: { resource: ["image"], operation: ["compare"] } };

/** Which models are compared, and how often each of them tries. */
export const compareFields: INodeProperties[] = [
  {
    displayName: "Model Names or IDs",
    name: "models",
    type: "multiOptions",
    typeOptions: { loadOptionsMethod: "loadModels" },
    required: true,
    default: [],
    description:
      'Two models or more. An expression may add a quality, as in "MODEL@low". Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
    displayOptions: forCompare,
  },
  {
    displayName: "Attempts",
    name: "attempts",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 10 },
    default: 5,
    description: "Images that each model makes, 1 to 10. More of them tell models apart that are close to each other.",
    displayOptions: forCompare,
  },
  {
    displayName: "Include Images",
    name: "includeImages",
    type: "boolean",
    default: false,
    description: "Whether to output every image as a file of its own, too. The report always holds them.",
    displayOptions: forCompare,
  },
];
