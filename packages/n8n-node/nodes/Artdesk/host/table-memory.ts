import type { LedgerMemory } from "@artdesk/core";
import type { IExecuteFunctions } from "n8n-workflow";

const KEY = "artdeskLedgers";

/**
 * Remembers in the workflow which ledger a table held. n8n keeps this for active workflows, not for runs out of the
 * editor. A table of another name is another ledger: its name stands in a credential, which nobody changes by accident.
 */
export function createTableMemory(context: IExecuteFunctions, table: string): LedgerMemory {
  const known = (): Record<string, unknown> => {
    const data = context.getWorkflowStaticData("global");
    const ledgers: unknown = data[KEY];
    return typeof ledgers === "object" && ledgers !== null ? (ledgers as Record<string, unknown>) : {};
  };
  return {
    startAnew: "name another table in the Ledger credential, which is made at its first use",
    async read() {
      const id = known()[table];
      return typeof id === "string" ? { id, place: table } : undefined;
    },
    async write({ id }) {
      context.getWorkflowStaticData("global")[KEY] = { ...known(), [table]: id };
    },
  };
}
