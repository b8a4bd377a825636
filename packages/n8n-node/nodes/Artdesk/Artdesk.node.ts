import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from "n8n-workflow";
import { tellNewTables } from "./host/host.ts";
import { collectBatch } from "./operations/collect-batch.ts";
import { compareImages } from "./operations/compare-images.ts";
import { estimateCost } from "./operations/estimate-cost.ts";
import { getBudget } from "./operations/get-budget.ts";
import { makeImages } from "./operations/make-images.ts";
import { reconcileBooks } from "./operations/reconcile-calls.ts";
import { submitBatch } from "./operations/submit-batch.ts";
import { properties } from "./panel/properties.ts";
import { loadModels, searchModels, searchUpscalers } from "./panel/search-models.ts";

/** Operations whose items are images. */
const MAKES = ["draft", "edit", "final", "generate", "refine", "upscale"] as const;

/** Makes and edits images. Programmatic, because budgets, fallbacks and receipts cannot be declared as routing. */
export class Artdesk implements INodeType {
  description: INodeTypeDescription = {
    displayName: "Artdesk",
    name: "artdesk",
    icon: { light: "file:artdesk.svg", dark: "file:artdesk.dark.svg" },
    group: ["transform"],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: "Make and edit images with the model that is good enough, inside a budget that cannot be overspent",
    defaults: { name: "Artdesk" },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: "artdeskOpenAiApi",
        displayName: "OpenAI",
        required: false,
        displayOptions: { show: { resource: ["image", "cost", "batch"] } },
      },
      {
        name: "artdeskGeminiApi",
        displayName: "Google Gemini",
        required: false,
        displayOptions: { show: { resource: ["image", "cost", "batch"] } },
      },
      {
        name: "artdeskFalApi",
        displayName: "fal.ai",
        required: false,
        displayOptions: { show: { resource: ["image", "cost"] } },
      },
      {
        name: "artdeskReplicateApi",
        displayName: "Replicate",
        required: false,
        displayOptions: { show: { resource: ["image", "cost"] } },
      },
      {
        name: "artdeskOpenRouterApi",
        displayName: "OpenRouter",
        required: false,
        displayOptions: { show: { resource: ["image", "cost"] } },
      },
      {
        name: "artdeskLedgerApi",
        displayName: "Ledger",
        required: true,
        displayOptions: { show: { books: ["dataTable"] } },
      },
    ],
    properties,
  };

  methods = { listSearch: { searchModels, searchUpscalers }, loadOptions: { loadModels } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    try {
      return await execute(this, this.getNodeParameter("operation", 0));
    } finally {
      tellNewTables(this);
    }
  }
}

function execute(context: IExecuteFunctions, operation: unknown): Promise<INodeExecutionData[][]> {
  if (operation === "get") return getBudget(context);
  if (operation === "reconcile") return reconcileBooks(context);
  if (operation === "estimate") return estimateCost(context);
  if (operation === "submit") return submitBatch(context);
  if (operation === "collect") return collectBatch(context);
  if (operation === "compare") return compareImages(context);
  return makeImages(context, MAKES.find((makes) => makes === operation) ?? "generate");
}
