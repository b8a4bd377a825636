import type { INodeProperties } from "n8n-workflow";

/** What can be asked about budgets. */
export const budgetOperations: INodeProperties = {
  displayName: "Operation",
  name: "operation",
  type: "options",
  noDataExpression: true,
  displayOptions: { show: { resource: ["budget"] } },
  options: [
    {
      name: "Get",
      value: "get",
      description: "Read what was spent in a month: in all, per client, per campaign and per run",
      action: "Get budget",
    },
    {
      name: "Reconcile",
      value: "reconcile",
      description: "List calls that are possibly billed, and say whether they were",
      action: "Reconcile budget",
    },
  ],
  default: "get",
};

const show = { show: { resource: ["budget"], operation: ["get"] } };
const showReconcile = { show: { resource: ["budget"], operation: ["reconcile"] } };

export const budgetGetFields: INodeProperties[] = [
  {
    // Budgets of more than one run stand in the data table alone; this also shows the ledger's credential.
    displayName: "Keep Books In",
    name: "books",
    type: "hidden",
    default: "dataTable",
    displayOptions: { show: { resource: ["budget"], operation: ["get", "reconcile"] } },
  },
  {
    displayName: "Month",
    name: "month",
    type: "string",
    default: "",
    placeholder: "e.g. 2026-11",
    description: "Year and month, UTC. By default the current month.",
    displayOptions: show,
  },
  {
    displayName: "Limits",
    name: "limits",
    type: "collection",
    placeholder: "Add Limit",
    default: {},
    description: "The limits to compare with, as in the nodes that make images",
    displayOptions: show,
    options: [
      {
        displayName: "Each Campaign per Month (USD)",
        name: "campaignMonthUsd",
        type: "number",
        typeOptions: { minValue: 0, numberPrecision: 4 },
        default: 5,
      },
      {
        displayName: "Each Client per Month (USD)",
        name: "clientMonthUsd",
        type: "number",
        typeOptions: { minValue: 0, numberPrecision: 4 },
        default: 20,
      },
      {
        displayName: "Per Month (USD)",
        name: "monthUsd",
        type: "number",
        typeOptions: { minValue: 0, numberPrecision: 4 },
        default: 50,
      },
    ],
  },
  {
    displayName: "Show",
    name: "scopes",
    type: "multiOptions",
    options: [
      { name: "Campaigns", value: "campaign" },
      { name: "Clients", value: "client" },
      { name: "Month", value: "month" },
      { name: "Runs", value: "run" },
    ],
    default: ["month", "client", "campaign"],
    description: "Which budgets to return, one item for each",
    displayOptions: show,
  },
];

export const reconcileFields: INodeProperties[] = [
  {
    displayName: "Calls",
    name: "calls",
    type: "options",
    options: [
      { name: "All Open", value: "all", description: "Every call that is possibly billed" },
      { name: "By ID", value: "ids", description: "The calls with these IDs" },
      { name: "List Open", value: "list", description: "Only list what is possibly billed, one item per call" },
    ],
    default: "list",
    description: "Which calls to speak about. Until somebody does, the money that they may have cost stays counted.",
    displayOptions: showReconcile,
  },
  {
    displayName: "Call IDs",
    name: "callIds",
    type: "string",
    default: "",
    placeholder: "e.g. 4f1c2d7e-8a9b-4c3d-9e0f-1a2b3c4d5e6f",
    description: "IDs as 'List Open' gives them, separated by commas",
    displayOptions: { show: { ...showReconcile.show, calls: ["ids"] } },
  },
  {
    displayName: "Was It Billed",
    name: "billed",
    type: "options",
    options: [
      { name: "No", value: "no", description: "The money is free again, and the image can be made again" },
      { name: "Yes, at This Cost", value: "amount", description: "What the provider's usage page shows counts" },
      {
        name: "Yes, Cost Not Known",
        value: "yes",
        description: "What was set aside counts: the most it can have cost",
      },
    ],
    default: "amount",
    description: "Look at the provider's usage page before you choose",
    displayOptions: { show: { ...showReconcile.show, calls: ["all", "ids"] } },
  },
  {
    displayName: "Cost (USD)",
    name: "costUsd",
    type: "number",
    typeOptions: { minValue: 0, numberPrecision: 6 },
    default: "",
    description: "What the provider charged for each of these calls",
    displayOptions: { show: { ...showReconcile.show, calls: ["all", "ids"], billed: ["amount"] } },
  },
];
