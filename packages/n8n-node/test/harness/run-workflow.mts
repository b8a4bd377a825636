import type {
  IDataObject,
  IConnections,
  ICredentialDataDecryptedObject,
  ICredentialType,
  IHttpRequestOptions,
  INode,
  INodeExecutionData,
  INodeType,
  IRun,
  ITaskData,
  IWorkflowExecuteAdditionalData,
} from "n8n-workflow";
import type { N8nRelease } from "./n8n-release.mts";

/** A workflow as n8n exports it: what a test needs of it. */
export interface WorkflowDefinition {
  nodes: INode[];
  connections: IConnections;
}

export interface RunOptions {
  release: N8nRelease;
  nodeTypes: Readonly<Record<string, INodeType>>;
  credentialTypes: Readonly<Record<string, ICredentialType>>;
  /** Decrypted data by credential type. */
  credentials: Readonly<Record<string, ICredentialDataDecryptedObject>>;
  executionId?: string | undefined;
  /** What the workflow remembers from execution to execution. */
  staticData?: IDataObject | undefined;
  /** Called with a function that cancels the execution. */
  onStart?: ((cancel: () => void) => void) | undefined;
}

export interface WorkflowRun {
  run: IRun;
  /** The last run of a node: its output, timing and error. */
  task: (nodeName: string) => ITaskData | undefined;
  /** Output of the last run of a node. The second output is the one for items that failed, where a node has it. */
  items: (nodeName: string, output?: number) => INodeExecutionData[];
}

let executions = 0;

/** Runs a workflow on n8n's own engine: real expressions, requests, binary data, retries and error outputs. */
export async function runWorkflow(
  definition: WorkflowDefinition,
  startNode: INode,
  options: RunOptions,
): Promise<WorkflowRun> {
  const { release } = options;
  executions += 1;
  const executionId = options.executionId ?? `execution-${process.pid}-${executions}`;
  const { nodes, connections } = definition;
  const find = (type: string): INodeType => {
    const nodeType = options.nodeTypes[type];
    if (nodeType === undefined) throw new Error(`no node type ${type}`);
    return nodeType;
  };
  const workflow = new release.workflow.Workflow({
    id: "workflow",
    nodes,
    connections,
    nodeTypes: { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) },
    active: false,
    settings: { executionOrder: "v1" },
    staticData: options.staticData ?? {},
  });
  const workflowData = {
    id: "workflow",
    name: "Test",
    nodes,
    connections,
    active: false,
    isArchived: false,
    createdAt: new Date(),
    updatedAt: new Date(),
    activeVersionId: null,
  };
  const additionalData = {
    hooks: new release.core.ExecutionLifecycleHooks("trigger", executionId, workflowData),
    executionId,
    restApiUrl: "http://127.0.0.1/rest",
    webhookBaseUrl: "http://127.0.0.1/webhook",
    webhookWaitingBaseUrl: "http://127.0.0.1/webhook-waiting",
    formWaitingBaseUrl: "http://127.0.0.1/form-waiting",
    variables: {},
    currentNodeParameters: undefined,
    setExecutionStatus: () => undefined,
    credentialsHelper: credentialsHelper(options),
  } as unknown as IWorkflowExecuteAdditionalData;
  const execution = new release.core.WorkflowExecute(additionalData, "trigger").run({ workflow, startNode });
  options.onStart?.(() => execution.cancel());
  const run = await execution;
  const task = (nodeName: string): ITaskData | undefined => run.data.resultData.runData[nodeName]?.at(-1);
  return { run, task, items: (nodeName, output = 0) => task(nodeName)?.data?.["main"]?.[output] ?? [] };
}

/** n8n's credentials helper without its database: data from the test, signing by the credential's own declaration. */
function credentialsHelper({ credentials, credentialTypes }: RunOptions): object {
  return {
    getParentTypes: () => [],
    preAuthentication: async () => undefined,
    isCredentialUsableByNode: () => true,
    getDecrypted: async (_additionalData: unknown, _node: unknown, type: string) => structuredClone(credentials[type]),
    authenticate: async (
      data: ICredentialDataDecryptedObject,
      type: string,
      request: IHttpRequestOptions,
    ): Promise<IHttpRequestOptions> => {
      const authenticate = credentialTypes[type]?.authenticate;
      if (typeof authenticate !== "object") throw new Error(`${type} does not say how to sign`);
      const signed: [string, string][] = Object.entries(authenticate.properties.headers ?? {}).map(
        ([name, template]) => [name, resolveTemplate(JSON.stringify(template), data)],
      );
      return { ...request, headers: { ...request.headers, ...Object.fromEntries(signed) } };
    },
  };
}

/** `"=Bearer {{$credentials.apiKey}}"` with the credential's data filled in. */
function resolveTemplate(template: string, data: ICredentialDataDecryptedObject): string {
  const text: unknown = JSON.parse(template);
  if (typeof text !== "string" || !text.startsWith("=")) throw new Error(`not an expression: ${template}`);
  return text.slice(1).replace(/\{\{\s*\$credentials\.(\w+)\s*\}\}/g, (_match, name: string) => {
    const value = data[name];
    if (typeof value !== "string") throw new Error(`the credential has no text ${name}`);
    return value;
  });
}
