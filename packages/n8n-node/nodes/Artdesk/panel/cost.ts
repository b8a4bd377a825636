import type { INodeProperties } from "n8n-workflow";

/** What can be asked about prices. */
export const costOperations: INodeProperties = {
  displayName: "Operation",
  name: "operation",
  type: "options",
  noDataExpression: true,
  displayOptions: { show: { resource: ["cost"] } },
  options: [
    {
      name: "Estimate",
      value: "estimate",
      description: "Say which model would be used and what it would cost, and buy nothing",
      action: "Estimate cost",
    },
  ],
  default: "estimate",
};
