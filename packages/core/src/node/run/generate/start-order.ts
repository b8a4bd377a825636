import type { Offer } from "../../../basics/types.ts";
import { orderJobs } from "../../../buy/schedule/order-jobs.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import type { AssetDesk } from "../asset-desk.ts";
import type { AssetPlan } from "../asset-planning.ts";

/** Most calls at once when `artdesk.yml` does not set their number: each holds an image in memory while it arrives. */
const MAX_CONCURRENCY = 64;
/** What the last round of a large run may hold: there the longest go first. */
const LAST_ROUND_IMAGES = 50;

/** Assets in the order in which they start: clients take turns, and what takes long does not come last. */
export function inStartOrder<T extends { state: AssetState; plan: AssetPlan }>(jobs: readonly T[]): readonly T[] {
  const ordered = orderJobs(
    jobs.map((job) => {
      const { tags = {} } = job.state.asset.request;
      const { planned } = job.plan;
      const offer = planned?.decision.offers[0];
      return {
        job,
        group: tags["client"] ?? Object.values(tags).join("/"),
        images: offer?.count ?? 1,
        expectedMs: offer?.latencyMs ?? 0,
        deadlineAtMs: undefined,
        isLow: planned?.request.urgency === "low",
      };
    }),
    LAST_ROUND_IMAGES,
  );
  return ordered.map(({ job }) => job);
}

/** Calls at once that keep an images-per-minute limit busy; 0 while none is known. */
export function concurrencyFor(desk: AssetDesk, offer: Offer | undefined): number {
  if (!offer) return 0;
  const limit = desk.artdesk.pacer?.imagesPerMinute(`${offer.provider}/${offer.model}`) ?? 0;
  return Math.min(MAX_CONCURRENCY, Math.ceil((limit * offer.latencyMs) / 60_000));
}
