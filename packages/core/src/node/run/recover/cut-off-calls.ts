import type { AssetDesk } from "../asset-desk.ts";

/** Says that a call may be billed although its answer never came, and how to settle it. */
export function describeCutOff(
  { waysBack }: Pick<AssetDesk, "waysBack">,
  call: { id: string; subject: string; model: string },
): string {
  return `${call.subject}: a call to ${call.model} was cut off; it is possibly billed. ${waysBack(call.id)}`;
}

/**
 * Names the possibly billed calls of dead runs that left no note in the journal: calls that were to bring an answer and no
 * image.
 */
export async function describeOtherCutOffs(
  desk: AssetDesk,
  deadRuns: ReadonlySet<string>,
  noted: ReadonlySet<string>,
): Promise<string[]> {
  const open = await desk.artdesk.ledger.outstanding();
  return open
    .filter(({ id, run, state }) => state === "unknown" && deadRuns.has(run) && !noted.has(id))
    .map((call) => describeCutOff(desk, call));
}
