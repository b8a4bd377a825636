import type { INodeProperties } from "n8n-workflow";
import { accountTitles, BATCH_PROVIDERS } from "../host/provider-credentials.ts";
import { briefFields, modelField } from "./brief-fields.ts";
import { budgetFields } from "./budget-fields.ts";
import { referenceFields } from "./image.ts";
import { optionFields } from "./option-fields.ts";

/** What can be done with batches. */
export const batchOperations: INodeProperties = {
  displayName: "Operation",
  name: "operation",
  type: "options",
  noDataExpression: true,
  displayOptions: { show: { resource: ["batch"] } },
  options: [
    {
      name: "Collect",
      value: "collect",
      description: "Fetch the images of batches that are done, and say which still run",
      action: "Collect batch",
    },
    {
      name: "Submit",
      value: "submit",
      description: "Order the images of all items for less, to be made within a day",
      action: "Submit batch",
    },
  ],
  default: "submit",
};

const forBatch = { show: { resource: ["batch"] } };
const forSubmit = { show: { resource: ["batch"], operation: ["submit"] } };
const forCollect = { show: { resource: ["batch"], operation: ["collect"] } };

const SUBMIT_OPTIONS = [
  "resolution",
  "format",
  "fileName",
  "elements",
  "count",
  "policy",
  "binaryPropertyName",
  "quality",
  "transparent",
];

const discountOption: INodeProperties = {
  displayName: "Batch Discount (%)",
  name: "batchDiscount",
  type: "number",
  typeOptions: { minValue: 0, maxValue: 100 },
  default: 50,
  description:
    "What your own terms with the provider take off in a batch. By default what is published; where a provider publishes nothing for images, the full price counts.",
};

/** Books that outlive the execution: a batch is paid for in another one. This also shows the ledger's credential. */
const booksField: INodeProperties = {
  displayName: "Keep Books In",
  name: "books",
  type: "hidden",
  default: "dataTable",
  displayOptions: forBatch,
};

/** The fields of batches, in the order of the panel. */
export const batchFields: INodeProperties[] = [
  booksField,
  ...briefFields(forSubmit),
  modelField(
    "searchModels",
    `Leave on 'Automatic' to let purpose and budget decide among the models that take batches: those of ${accountTitles(BATCH_PROVIDERS, "and")}`,
    forSubmit,
  ),
  ...referenceFields.map((field) => ({ ...field, displayOptions: forSubmit })),
  ...budgetFields(forSubmit).filter(({ name }) => name !== "books"),
  ...optionFields(forSubmit, SUBMIT_OPTIONS).map((options) => ({
    ...options,
    options: [discountOption, ...((options.options ?? []) as INodeProperties[])],
  })),
  {
    displayName: "Batches",
    name: "batches",
    type: "options",
    options: [
      {
        name: "All Open",
        value: "open",
        description: "Every batch of the data table that was not collected yet, whoever submitted it",
      },
      { name: "By ID", value: "id", description: "One batch. It can be collected again while the provider keeps it." },
    ],
    default: "open",
    description: "Which batches to look at",
    displayOptions: forCollect,
  },
  {
    displayName: "Batch ID",
    name: "batchId",
    type: "string",
    required: true,
    default: "",
    placeholder: "e.g. {{ $json.batchId }}",
    description: "The 'batchId' of the item that Submit gave",
    displayOptions: { show: { ...forCollect.show, batches: ["id"] } },
  },
];
