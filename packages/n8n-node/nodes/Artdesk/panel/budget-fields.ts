import type { IDisplayOptions, INodeProperties } from "n8n-workflow";

const usd = { minValue: 0, numberPrecision: 4 } as const;

/** Where the books are kept, and how much may be spent. */
export function budgetFields(displayOptions: IDisplayOptions): INodeProperties[] {
  return [
    {
      displayName: "Keep Books In",
      name: "books",
      type: "options",
      noDataExpression: true,
      options: [
        { name: "This Run Only", value: "run", description: "Counts what this execution spends. Nothing to set up." },
        {
          name: "Data Table",
          value: "dataTable",
          description: "Counts across all executions and workflows of this n8n, for budgets per month and per client",
        },
      ],
      default: "run",
      description: "Where spending is counted",
      displayOptions,
    },
    {
      displayName: "Budget",
      name: "budget",
      type: "collection",
      placeholder: "Add Limit",
      default: {},
      description:
        "What is not set has no limit. Money is set aside before each image, so a limit cannot be overspent.",
      displayOptions,
      options: [
        {
          displayName: "Campaign per Month (USD)",
          name: "campaignMonthUsd",
          type: "number",
          typeOptions: usd,
          default: 5,
          description:
            "Most that may be spent in a month on the campaign named under 'Tags'. Needs books in a data table.",
          displayOptions: { show: { "/books": ["dataTable"] } },
        },
        {
          displayName: "Client per Month (USD)",
          name: "clientMonthUsd",
          type: "number",
          typeOptions: usd,
          default: 20,
          description:
            "Most that may be spent in a month on the client named under 'Tags'. Needs books in a data table.",
          displayOptions: { show: { "/books": ["dataTable"] } },
        },
        {
          displayName: "Per Image (USD)",
          name: "imageUsd",
          type: "number",
          typeOptions: usd,
          default: 0.05,
          description: "Most that one image may cost",
        },
        {
          displayName: "Per Month (USD)",
          name: "monthUsd",
          type: "number",
          typeOptions: usd,
          default: 50,
          description: "Most that may be spent in a calendar month, UTC. Needs books in a data table.",
          displayOptions: { show: { "/books": ["dataTable"] } },
        },
        {
          displayName: "Per Run (USD)",
          name: "runUsd",
          type: "number",
          typeOptions: usd,
          default: 1,
          description: "Most that one execution may spend, all Artdesk nodes together",
        },
        {
          displayName: "When Exceeded",
          name: "onExceeded",
          type: "options",
          options: [
            {
              name: "Use a Cheaper Model",
              value: "downgrade",
              description: "Client work still stops rather than lose quality",
            },
            { name: "Stop", value: "stop", description: "Make nothing that does not fit" },
          ],
          default: "downgrade",
          description: "What to do when the model of choice does not fit what is left",
        },
      ],
    },
    {
      displayName: "Tags",
      name: "tags",
      type: "collection",
      placeholder: "Add Tag",
      default: {},
      description: "Whom and what the image is for, in the books and for budgets",
      displayOptions,
      options: [
        { displayName: "Campaign", name: "campaign", type: "string", default: "", placeholder: "e.g. spring-sale" },
        { displayName: "Client", name: "client", type: "string", default: "", placeholder: "e.g. acme" },
      ],
    },
  ];
}
