import type { INode, INodeExecutionData, INodeType, ITaskData } from "n8n-workflow";
import { runWorkflow, type RunOptions, type WorkflowRun } from "./run-workflow.mts";

/** The node under test: its type and whatever differs from a fresh node. */
export interface TestNode extends Partial<INode> {
  type: string;
}

export interface NodeRun {
  items: INodeExecutionData[];
  /** Items of the second output, for nodes with On Error set to the error output. */
  errorItems: INodeExecutionData[];
  task: ITaskData | undefined;
  run: WorkflowRun["run"];
}

/** Runs one node behind a trigger that gives these items. Every credential of the options is set on the node. */
export async function runNode(node: TestNode, input: INodeExecutionData[], options: RunOptions): Promise<NodeRun> {
  const credentials = Object.fromEntries(Object.keys(options.credentials).map((name) => [name, { id: name, name }]));
  const start: INode = {
    id: "start",
    name: "Start",
    type: "test.start",
    typeVersion: 1,
    position: [0, 0],
    parameters: {},
  };
  const tested: INode = {
    id: "tested",
    name: "Tested",
    typeVersion: 1,
    position: [200, 0],
    parameters: {},
    credentials,
    ...node,
  };
  const { run, task, items } = await runWorkflow(
    { nodes: [start, tested], connections: { Start: { main: [[{ node: "Tested", type: "main", index: 0 }]] } } },
    start,
    { ...options, nodeTypes: { ...options.nodeTypes, "test.start": startNode(input) } },
  );
  return { run, task: task("Tested"), items: items("Tested"), errorItems: items("Tested", 1) };
}

/** A trigger that gives these items. */
export function startNode(items: INodeExecutionData[]): INodeType {
  return {
    description: {
      displayName: "Start",
      name: "start",
      group: ["trigger"],
      version: 1,
      description: "Gives the test's items",
      defaults: { name: "Start" },
      inputs: [],
      outputs: ["main"],
      properties: [],
    },
    async execute() {
      return [items];
    },
  };
}
