import type { Simulator } from "@artdesk/simulator";
import type { IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import type { BuiltNode } from "./built-node.mts";
import type { N8nRelease } from "./n8n-release.mts";
import { runNode, type NodeRun } from "./run-node.mts";
import type { RunOptions } from "./run-workflow.mts";

export const ARTDESK = "n8n-nodes-artdesk.artdesk";

/** Credentials that lead to the simulator. */
export function simulatorCredentials(simulator: Simulator): RunOptions["credentials"] {
  return {
    artdeskOpenAiApi: { apiKey: "sim-openai", baseUrl: `${simulator.url}/openai/v1` },
    artdeskGeminiApi: { apiKey: "sim-gemini", baseUrl: `${simulator.url}/gemini` },
  };
}

/** Keys of the two providers that work through a queue. */
export function queueCredentials(simulator: Simulator): RunOptions["credentials"] {
  return {
    artdeskFalApi: { apiKey: "sim-fal", baseUrl: `${simulator.url}/fal` },
    artdeskReplicateApi: { apiKey: "sim-replicate", baseUrl: `${simulator.url}/replicate/v1` },
  };
}

/** Runs the Artdesk node with these parameters over these items, as n8n does. */
export function runArtdesk(
  { release, built, credentials }: { release: N8nRelease; built: BuiltNode; credentials: RunOptions["credentials"] },
  parameters: IDataObject | INode["parameters"],
  input: readonly (IDataObject | INodeExecutionData)[] = [{}],
  node: Partial<INode> = {},
  options: Partial<RunOptions> = {},
): Promise<NodeRun> {
  const items = input.map((item): INodeExecutionData => (isItem(item) ? item : { json: item }));
  return runNode({ type: ARTDESK, parameters: parameters as INode["parameters"], ...node }, items, {
    release,
    ...built,
    credentials,
    ...options,
  });
}

function isItem(item: IDataObject | INodeExecutionData): item is INodeExecutionData {
  return "binary" in item;
}
