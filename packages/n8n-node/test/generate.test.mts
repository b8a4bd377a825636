import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import { runNode, type NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("the node on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  function run(parameters: IDataObject, input: IDataObject[] = [{}], node: Partial<INode> = {}, options: Partial<RunOptions> = {}): Promise<NodeRun> {
    const items = input.map((json): INodeExecutionData => ({ json }));
    return runNode({ type: "n8n-nodes-artdesk.artdesk", parameters: parameters as INode["parameters"], ...node }, items, {
      release,
      ...built,
      credentials: {
        artdeskOpenAiApi: { apiKey: "sim-openai", baseUrl: `${simulator.url}/openai/v1` },
        artdeskGeminiApi: { apiKey: "sim-gemini", baseUrl: `${simulator.url}/gemini` },
      },
      ...options,
    });
  }

  it("makes an image from a prompt alone", async () => {
    const { items, run: execution, task } = await run({ prompt: "A red fox in the snow" });
    expect(execution.data.resultData.error).toBeUndefined();
    console.log(JSON.stringify(items, (k, v) => (typeof v === "string" && v.length > 300 ? v.slice(0, 50) : v), 1), JSON.stringify(task?.hints), JSON.stringify(task?.metadata), JSON.stringify(execution.data.resultData.metadata));
  });
});
