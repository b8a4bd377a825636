import type { IDisplayOptions, INodeProperties } from "n8n-workflow";
import { batchFields, batchOperations } from "./batch.ts";
import { briefFields, modelField } from "./brief-fields.ts";
import { budgetGetFields, budgetOperations, reconcileFields } from "./budget.ts";
import { budgetFields } from "./budget-fields.ts";
import { chainFields, DRAFT_OPTIONS, FINAL_OPTIONS, REFINE_OPTIONS } from "./chain-fields.ts";
import { compareFields } from "./compare-fields.ts";
import { costOperations } from "./cost.ts";
import { imageOperations, inputImageFields, referenceFields, simplifyField } from "./image.ts";
import { optionFields } from "./option-fields.ts";
import { upscaleFields } from "./upscale-fields.ts";

const resourceField: INodeProperties = {
  displayName: "Resource",
  name: "resource",
  type: "options",
  noDataExpression: true,
  options: [
    { name: "Batch", value: "batch" },
    { name: "Budget", value: "budget" },
    { name: "Cost", value: "cost" },
    { name: "Image", value: "image" },
  ],
  default: "image",
};

/** Operations that have a brief and choose one model for it. */
const forOneModel = { show: { resource: ["image", "cost"], operation: ["generate", "edit", "estimate"] } };
const forBriefs = {
  show: { resource: ["image", "cost"], operation: ["draft", "generate", "edit", "estimate", "compare"] },
};
const forUpscale = { show: { resource: ["image"], operation: ["upscale"] } };
const forCompare = { show: { resource: ["image"], operation: ["compare"] } };
const forMoney = {
  show: {
    resource: ["image", "cost"],
    operation: ["draft", "refine", "final", "generate", "edit", "upscale", "estimate", "compare"],
  },
};
const forStep = (step: string): IDisplayOptions => ({ show: { resource: ["image"], operation: [step] } });

const UPSCALE_OPTIONS = ["format", "fileName", "onUnknown", "concurrency", "ownPrices", "binaryPropertyName"];
const COMPARE_OPTIONS = ["resolution", "fileName", "onUnknown", "elements", "ownPrices", "binaryPropertyName"];

/** The fields of the node, in the order of the panel. */
export const properties: INodeProperties[] = [
  resourceField,
  imageOperations,
  costOperations,
  budgetOperations,
  batchOperations,
  ...inputImageFields,
  ...briefFields(forBriefs),
  modelField(
    "searchModels",
    "Leave on 'Automatic' to let purpose and budget decide. A model that you choose is used as it is or not at all.",
    forOneModel,
  ),
  ...chainFields,
  ...upscaleFields,
  ...compareFields,
  ...referenceFields,
  ...budgetFields(forMoney),
  ...optionFields(forOneModel),
  ...optionFields(forUpscale, UPSCALE_OPTIONS),
  ...optionFields(forCompare, COMPARE_OPTIONS),
  ...optionFields(forStep("draft"), DRAFT_OPTIONS),
  ...optionFields(forStep("refine"), REFINE_OPTIONS),
  ...optionFields(forStep("final"), FINAL_OPTIONS),
  simplifyField,
  ...budgetGetFields,
  ...reconcileFields,
  ...batchFields,
];
