import type { Reservation, Settlement } from "../../../buy/ledger/ledger-types.ts";
import { monthOf, monthsAround } from "../../../buy/ledger/months.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import type { AssetDesk } from "../asset-desk.ts";

/** Books paid calls that the ledger does not know, as after it was lost and begun anew: the journal knows what they cost. */
export async function bookMissing(
  desk: Pick<AssetDesk, "artdesk" | "workspace">,
  records: readonly JournalRecord[],
  settlementOf: (record: JournalRecord) => Settlement,
): Promise<void> {
  const { ledger } = desk.artdesk;
  const lines = new Map<string, Promise<ReadonlySet<string>>>();
  const idsOf = (month: string): Promise<ReadonlySet<string>> => {
    const known = lines.get(month) ?? ledger.entries(month).then((entries) => new Set(entries.map(({ id }) => id)));
    lines.set(month, known);
    return known;
  };
  const tagsOf = async (subject: string): Promise<Readonly<Record<string, string>>> => {
    const { assets } = await desk.workspace.listAssets();
    return assets.find(({ id }) => id === subject)?.request.tags ?? {};
  };
  for (const record of records) {
    const { attemptId: id, startedAtMs } = record;
    const known = await Promise.all(monthsAround(startedAtMs).map(idsOf));
    if (known.some((ids) => ids.has(id))) continue;
    const reservation: Reservation = {
      id,
      amountMicroUsd: record.worstCaseMicroUsd,
      provider: record.provider,
      model: record.model,
      quality: record.quality,
      size: record.size,
      images: record.positions.length,
      tags: await tagsOf(record.subject),
      subject: record.subject,
      state: "in_flight",
      month: monthOf(startedAtMs),
      run: record.run,
      createdAtMs: startedAtMs,
      expiresAtMs: startedAtMs,
      reason: undefined,
    };
    await ledger.settle(reservation, settlementOf(record));
  }
}
