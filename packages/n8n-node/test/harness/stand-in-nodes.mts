import { compileFunction } from "node:vm";
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from "n8n-workflow";

type Execute = (context: IExecuteFunctions) => INodeExecutionData[] | Promise<INodeExecutionData[]>;

/** Stands in for one of n8n's own nodes: only what the example workflows use of it. */
function standIn(name: string, parameters: readonly string[], execute: Execute): INodeType {
  return {
    description: {
      displayName: name,
      name,
      group: ["transform"],
      version: [1, 1.1, 1.2, 2, 2.2, 3.4],
      description: `Stands in for ${name}`,
      defaults: { name },
      inputs: name.endsWith("rigger") ? [] : ["main"],
      outputs: ["main"],
      // Parameters that are not declared are taken away by n8n.
      properties: parameters.map((parameter) => ({
        displayName: parameter,
        name: parameter,
        type: "json",
        default: "",
      })),
    },
    async execute() {
      return [await execute(this)];
    },
  };
}

/** Items whose text is not empty go to the first output, others to the second. */
function ifNode(): INodeType {
  const { description } = standIn("if", ["conditions"], () => []);
  return {
    description: { ...description, outputs: ["main", "main"] },
    async execute() {
      const items = this.getInputData();
      const isSet = items.map((_item, index) => {
        const { conditions } = this.getNodeParameter("conditions", index) as { conditions: IDataObject[] };
        return conditions.every(({ leftValue }) => typeof leftValue === "string" && leftValue !== "");
      });
      return [items.filter((_item, index) => isSet[index]), items.filter((_item, index) => !isSet[index])];
    },
  };
}

const passOn: Execute = (context) => context.getInputData();

/** n8n's own nodes of the examples. `answer` is what a person fills into the form of a Wait node. */
export function standInNodes(answer: IDataObject): Record<string, INodeType> {
  return {
    "n8n-nodes-base.manualTrigger": standIn("manualTrigger", [], () => [{ json: {} }]),
    "n8n-nodes-base.scheduleTrigger": standIn("scheduleTrigger", ["rule"], () => [{ json: {} }]),
    "n8n-nodes-base.stickyNote": standIn("stickyNote", ["content"], passOn),
    "n8n-nodes-base.noOp": standIn("noOp", [], passOn),
    "n8n-nodes-base.wait": standIn("wait", ["resume", "formFields"], () => [{ json: answer, pairedItem: { item: 0 } }]),
    "n8n-nodes-base.filter": standIn("filter", ["conditions"], (context) =>
      context.getInputData().filter((_item, index) => {
        const { conditions } = context.getNodeParameter("conditions", index) as { conditions: IDataObject[] };
        return conditions.every(({ leftValue, rightValue }) => leftValue === rightValue);
      }),
    ),
    "n8n-nodes-base.if": ifNode(),
    "n8n-nodes-base.set": standIn("set", ["mode", "jsonOutput"], (context) => {
      const json = JSON.parse(context.getNodeParameter("jsonOutput", 0) as string) as IDataObject;
      return [{ json, pairedItem: { item: 0 } }];
    }),
    "n8n-nodes-base.splitOut": standIn("splitOut", ["fieldToSplitOut"], (context) => {
      const field = context.getNodeParameter("fieldToSplitOut", 0) as string;
      const rows = context.getInputData().flatMap(({ json }) => json[field] as IDataObject[]);
      return rows.map((json) => ({ json, pairedItem: { item: 0 } }));
    }),
    "n8n-nodes-base.code": standIn("code", ["jsCode"], (context) => {
      const { $, $input } = context.getWorkflowDataProxy(0) as Record<string, unknown>;
      const run = compileFunction(context.getNodeParameter("jsCode", 0) as string, ["$", "$input"]) as (
        ...values: unknown[]
      ) => INodeExecutionData[];
      return run($, $input);
    }),
    "n8n-nodes-base.convertToFile": standIn(
      "convertToFile",
      ["operation", "binaryPropertyName", "options"],
      async (context) => {
        const rows = context.getInputData().map(({ json }) =>
          Object.values(json)
            .map((value) => JSON.stringify(value))
            .join(","),
        );
        const { fileName } = context.getNodeParameter("options", 0) as { fileName: string };
        const file = await context.helpers.prepareBinaryData(Buffer.from(rows.join("\n")), fileName, "text/csv");
        return [{ json: {}, binary: { data: file } }];
      },
    ),
  };
}
