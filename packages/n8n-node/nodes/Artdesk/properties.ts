import type { INodeProperties } from "n8n-workflow";
import { briefFields } from "./resources/brief-fields.ts";
import { budgetGetFields, budgetOperations } from "./resources/budget.ts";
import { budgetFields } from "./resources/budget-fields.ts";
import { costOperations } from "./resources/cost.ts";
import { editInputFields, imageOperations, referenceFields, simplifyField } from "./resources/image.ts";
import { optionFields } from "./resources/option-fields.ts";

const resourceField: INodeProperties = {
  displayName: "Resource",
  name: "resource",
  type: "options",
  noDataExpression: true,
  options: [
    { name: "Budget", value: "budget" },
    { name: "Cost", value: "cost" },
    { name: "Image", value: "image" },
  ],
  default: "image",
};

const forImages = { show: { resource: ["image", "cost"], operation: ["generate", "edit", "estimate"] } };

/** The fields of the node, in the order of the panel. */
export const properties: INodeProperties[] = [
  resourceField,
  imageOperations,
  costOperations,
  budgetOperations,
  ...editInputFields,
  ...briefFields(forImages),
  ...referenceFields,
  ...budgetFields(forImages),
  ...optionFields(forImages),
  simplifyField,
  ...budgetGetFields,
];
