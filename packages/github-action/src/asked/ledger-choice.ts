import type { LedgerStore } from "@artdesk/core";
import type { ActionInputs } from "./inputs.ts";

/** Where this run keeps its books. */
export type LedgerChoice = { kind: "github" } | { kind: "spec"; spec: string; from: "input" | "config" };

/**
 * The input decides, then the configuration. A SQLite file in artdesk.yml is the book of somebody's own machine and
 * would vanish with the runner, so the git ref takes its place.
 */
export function chooseLedger(inputs: ActionInputs, configured: string | undefined): LedgerChoice {
  const spec = inputs.ledger ?? (configured?.startsWith("sqlite:") ? undefined : configured) ?? "github";
  if (spec === "github") return { kind: "github" };
  return { kind: "spec", spec, from: inputs.ledger === undefined ? "config" : "input" };
}

/** For a plan: books that cannot be read count as empty, and the plan says so. */
export function withoutFailing(store: LedgerStore, onFailure: (note: string) => void): LedgerStore {
  let told = false;
  return {
    ...store,
    read: async (key) => {
      try {
        return await store.read(key);
      } catch {
        if (!told) onFailure("The ledger could not be read: what was spent before is not counted here.");
        told = true;
        return undefined;
      }
    },
  };
}
