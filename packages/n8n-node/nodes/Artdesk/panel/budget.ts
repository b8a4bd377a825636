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
  ],
  default: "get",
};

const show = { show: { resource: ["budget"], operation: ["get"] } };

export const budgetGetFields: INodeProperties[] = [
  {
    // Budgets of more than one run stand in the data table alone; this also shows the ledger's credential.
    displayName: "Keep Books In",
    name: "books",
    type: "hidden",
    default: "dataTable",
    displayOptions: show,
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
