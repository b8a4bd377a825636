import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChainReport, ReportError } from "@artdesk/core/node";
import { type CallRecord, type Simulator, startSimulator } from "@artdesk/simulator";
import { expect, onTestFinished } from "vitest";
import { makeFolder } from "./cli-process.ts";
import { callCli } from "./crash/call-cli.ts";

/** A folder with one prompt file, `docs/hero`, and a bank to buy from with the keys of all providers. */
export interface DraftDesk {
  folder: string;
  simulator: Simulator;
  /** Runs a command with `--json` in this process. */
  run(...args: readonly string[]): Promise<{ code: number; report: ChainReport; note: string }>;
  /** Runs a command that must end in an error document. */
  fail(...args: readonly string[]): Promise<{ code: number; error: ReportError }>;
  /** Runs a command with `--json` that prints another document. */
  json(...args: readonly string[]): Promise<{ code: number; document: unknown }>;
  /** The paid calls, oldest first. */
  calls(): readonly CallRecord[];
  /** A lock entry or a record of drafts. */
  readJson(path: string): unknown;
}

const PROMPT = `---
purpose: client
aspect: 3:2
tags: { client: acme }
---
Portrait of a violinist in hard side light, a city behind her.
`;

/** Starts both; they go when the test ends. */
export async function draftDesk(files: Readonly<Record<string, string>> = {}): Promise<DraftDesk> {
  const folder = makeFolder({
    "artdesk.yml": "version: 1\nbudget: { month: 20 }\n",
    "docs/hero.image.md": PROMPT,
    ...files,
  });
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const json: DraftDesk["json"] = async (...args) => {
    const { code, out } = await callCli([...args, "--json"], { cwd: folder, env: simulator.env });
    return { code, document: JSON.parse(out) };
  };
  return {
    folder,
    simulator,
    json,
    run: async (...args) => {
      const { code, out, note } = await callCli([...args, "--json"], { cwd: folder, env: simulator.env });
      const document = JSON.parse(out) as ChainReport;
      expect(document, out).toHaveProperty("chain");
      return { code, report: document, note };
    },
    fail: async (...args) => {
      const { code, document } = await json(...args);
      expect(document).toHaveProperty("error.code");
      return { code, error: (document as { error: ReportError }).error };
    },
    calls: () => simulator.calls().filter(({ method }) => method === "POST"),
    readJson: (path) => JSON.parse(readFileSync(join(folder, path), "utf8")),
  };
}

/** Bytes of the images that a call sent along, in order; Gemini's base64 is counted back to bytes. */
export function referenceBytes({ body }: CallRecord): readonly number[] {
  if (Array.isArray(body))
    return body.flatMap((part: unknown) =>
      typeof part === "object" && part !== null && "bytes" in part && typeof part.bytes === "number"
        ? [part.bytes]
        : [],
    );
  const texts = JSON.stringify(body).matchAll(/"(?:data|image_url)":"(data:[^,"]*,)?[^"]*\((\d+) characters\)"/g);
  const lengths = [...texts].map(([, prefix = "", length]) => Number(length) - prefix.length);
  return lengths.map((length) => Math.floor((length / 4) * 3));
}
