import { utcMinute } from "../../basics/utc-minute.ts";
import type { AssetDesk } from "./asset-desk.ts";

/** A model of a provider. */
interface Called {
  provider: string;
  model: string;
}

/** What to tell of models whose provider has asked for no calls for a while: a run would wait or end. Calls nobody. */
export async function tellClosedModels(
  { artdesk: { pacer }, catalogue }: Pick<AssetDesk, "artdesk" | "catalogue">,
  called: readonly Called[],
): Promise<readonly { model: string; message: string }[]> {
  if (pacer === undefined) return [];
  const told: { model: string; message: string }[] = [];
  const byLane = new Map(called.map((each) => [`${each.provider}/${each.model}`, each]));
  for (const [lane, { provider, model }] of byLane) {
    const untilMs = await pacer.closedUntilMs(lane);
    if (untilMs === undefined) continue;
    const name = catalogue.providers.get(provider)?.name ?? provider;
    told.push({ model, message: `${name} has asked for no calls of ${model} until ${utcMinute(untilMs)}.` });
  }
  return told;
}
