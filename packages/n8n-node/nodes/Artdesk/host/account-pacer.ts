import { createPacer, type Pacer } from "@artdesk/core";
import { n8nClock } from "./n8n-clock.ts";
import { n8nRandom } from "./n8n-codec.ts";

/** More accounts than anybody has; the one that was made first goes, and learns its limits anew. */
const MAX_ACCOUNTS = 100;

/** What this process knows of the limits of each account: all executions in it share them. */
const pacers = new Map<string, Pacer>();

/**
 * Starts calls only as fast as the accounts' limits allow, as far as this process can see.
 * @param accounts Per provider id, what tells its account from others.
 */
export function createAccountPacer(accounts: ReadonlyMap<string, string>): Pacer {
  const pacerOf = (lane: string): Pacer => {
    const provider = lane.split("/", 1)[0] ?? "";
    return openPacer(`${provider} ${accounts.get(provider) ?? ""}`);
  };
  return {
    enter: (job, options) => pacerOf(job.lane).enter(job, options),
    imagesPerMinute: (lane) => pacerOf(lane).imagesPerMinute(lane),
    closedUntilMs: (lane) => pacerOf(lane).closedUntilMs(lane),
  };
}

function openPacer(account: string): Pacer {
  const known = pacers.get(account);
  if (known !== undefined) return known;
  const [oldest] = pacers.keys();
  if (pacers.size >= MAX_ACCOUNTS && oldest !== undefined) pacers.delete(oldest);
  const pacer = createPacer({ clock: n8nClock, random: n8nRandom, process: n8nRandom.id() });
  pacers.set(account, pacer);
  return pacer;
}
