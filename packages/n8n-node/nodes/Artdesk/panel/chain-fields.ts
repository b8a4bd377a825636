import type { INodeProperties } from "n8n-workflow";
import { briefFields, modelField } from "./brief-fields.ts";

const forDraft = { show: { resource: ["image"], operation: ["draft"] } };
const forNext = { show: { resource: ["image"], operation: ["refine", "final"] } };
const forAll = { show: { resource: ["image"], operation: ["draft", "refine", "final"] } };

/** Which draft goes on, what is changed in it, and where the brief comes from. */
export const chainFields: INodeProperties[] = [
  {
    displayName: "Pick",
    name: "pick",
    type: "string",
    default: "",
    placeholder: "e.g. 3",
    description:
      "Number of the draft to go on with when the input holds several, such as the answer to a form. Empty takes every item.",
    displayOptions: forNext,
  },
  {
    displayName: "Correction",
    name: "correction",
    type: "string",
    typeOptions: { rows: 2 },
    required: true,
    default: "",
    placeholder: "e.g. More shadow under the left cheekbone",
    description: "What to change in the image, in plain words. Earlier corrections stay.",
    displayOptions: { show: { resource: ["image"], operation: ["refine"] } },
  },
  {
    displayName: "Brief",
    name: "briefFrom",
    type: "options",
    options: [
      {
        name: "From Input Item",
        value: "item",
        description: "Prompt, size and tags come with each item of Draft or Refine",
      },
      { name: "Define Below", value: "below", description: "For images from elsewhere" },
    ],
    default: "item",
    description: "Where prompt, purpose and size come from",
    displayOptions: forNext,
  },
  ...briefFields({ show: { ...forNext.show, briefFrom: ["below"] } }),
  {
    displayName: "Number of Drafts",
    name: "drafts",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 10 },
    default: 6,
    description: "How many cheap images to make of each prompt, 1 to 10",
    displayOptions: forDraft,
  },
  modelField(
    "searchModels",
    "On 'Automatic', drafts and refinements take the cheapest model that can do it, and finals one of the best. A model that you choose is used as it is or not at all.",
    forAll,
  ),
];

/** Options of each step. */
export const DRAFT_OPTIONS = [
  "binaryPropertyName",
  "concurrency",
  "elements",
  "fileName",
  "onUnknown",
  "ownPrices",
  "transparent",
];
export const REFINE_OPTIONS = ["binaryPropertyName", "concurrency", "fileName", "onUnknown", "ownPrices"];
export const FINAL_OPTIONS = [...DRAFT_OPTIONS, "format", "policy", "quality", "resolution", "verify"];
