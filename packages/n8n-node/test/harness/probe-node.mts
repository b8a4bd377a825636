import type { IExecuteFunctions, INodeType } from "n8n-workflow";

/** A node that hands its execution context to a test. Credentials by type name. */
export function probeNode(
  credentialTypes: readonly string[],
  probe: (context: IExecuteFunctions) => Promise<void>,
): INodeType {
  return {
    description: {
      displayName: "Probe",
      name: "probe",
      group: ["transform"],
      version: 1,
      description: "Runs a test inside a node",
      defaults: { name: "Probe" },
      inputs: ["main"],
      outputs: ["main"],
      credentials: credentialTypes.map((name) => ({ name, required: false })),
      properties: [],
    },
    async execute() {
      await probe(this);
      return [[{ json: {}, pairedItem: { item: 0 } }]];
    },
  };
}
