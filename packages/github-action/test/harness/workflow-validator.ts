import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { parse } from "yaml";

/** A complaint of GitHub's own language service. */
export interface Complaint {
  /** Counted from 1. */
  line: number;
  message: string;
}

export interface WorkflowValidator {
  /** @param name decides whether it is read as a workflow or as an action's metadata */
  validate(name: string, text: string): Promise<readonly Complaint[]>;
}

/** Metadata of other people's actions is not at hand here, so their `with:` keys go unchecked. */
const OTHERS_ACTION = /^Unable to resolve action `actions\//;

const root = resolve(import.meta.dirname, "../../../..");

interface Service {
  validate(document: unknown, config: unknown): Promise<{ message: string; range: { start: { line: number } } }[]>;
  createDocument(uri: string, language: string, version: number, text: string): unknown;
}

/**
 * GitHub's own parser and language service, which know every key of workflows and of action.yml. They import JSON in a
 * way that Node refuses, so they are bundled first. The inputs of our action are checked against action.yml.
 */
export async function openWorkflowValidator(): Promise<WorkflowValidator> {
  const service = await loadService();
  const metadata = parse(readFileSync(join(root, "action.yml"), "utf8"));
  const actionsMetadataProvider = {
    fetchActionMetadata: ({ owner }: { owner: string }) => Promise.resolve(owner === "artdesk" ? metadata : undefined),
  };
  let documents = 0;
  return {
    validate: async (name, text) => {
      // The service remembers a document by its address.
      documents += 1;
      const place = `/${documents}/${name.endsWith("action.yml") ? name : `.github/workflows/${name}`}`;
      const document = service.createDocument(`file://${place}`, "yaml", 1, text);
      const found = await service.validate(document, { actionsMetadataProvider });
      return found
        .map(({ message, range }) => ({ line: range.start.line + 1, message }))
        .filter(({ message }) => !OTHERS_ACTION.test(message));
    },
  };
}

async function loadService(): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-languageservice-"));
  try {
    const entry = "\0entry";
    const bundle = await rolldown({
      input: entry,
      platform: "node",
      plugins: [
        {
          name: "entry",
          resolveId: (source) => (source === entry ? entry : null),
          load: (id) =>
            id === entry
              ? `export { validate } from ${JSON.stringify(import.meta.resolve("@actions/languageservice"))};
                 import { TextDocument } from "vscode-languageserver-textdocument";
                 export const createDocument = TextDocument.create;`
              : null,
        },
        {
          name: "beside-the-service",
          resolveId: (source, importer) =>
            importer === entry && !source.startsWith("\0") ? resolveFromService(source) : null,
        },
      ],
    });
    await bundle.write({ dir: folder, format: "esm", entryFileNames: "service.mjs" });
    await bundle.close();
    return await import(pathToFileURL(join(folder, "service.mjs")).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resolveFromService(source: string): string {
  const from = import.meta.resolve("@actions/languageservice");
  return new URL(source.startsWith("file:") ? source : import.meta.resolve(source, from)).pathname;
}
