import type { OfferTier, PixelSize, RejectedOffer, SizeWish, Strength, Tier } from "../../basics/types.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { outputTokensOf } from "../../models/rows/cost.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import { makeCandidate, rejectionOf, TIER_RANK, type Candidate, type Unfit } from "./candidate.ts";
import { ACCEPTANCE, type OfferOrder } from "./order-offers.ts";
import { unmetAccess, unmetRequirements, type Requirements } from "./requirements.ts";
import { describeWish, resolveSize, type ResolvedSize } from "./resolve-size.ts";

/** Everything but prompt and money that decides which offers there are. */
export interface TableQuery {
  catalogue: Catalogue;
  needs: Requirements;
  size: SizeWish;
  /** Size of the image to upscale. */
  source: PixelSize | undefined;
  quality: string | undefined;
  tier: Tier;
  strengths: readonly Strength[];
  predictablePrice: boolean;
  pin: CatalogueRow | undefined;
  only: readonly string[] | undefined;
  avoid: readonly string[];
  /** The model that the policy names for this tier. */
  preferredId: string | undefined;
  hasKey(provider: string): boolean;
  enabledProviders: readonly string[] | undefined;
  /** Only providers that draw by themselves are enabled: whatever they make is wanted. */
  localOnly: boolean;
}

/** All offers of the catalogue for one kind of request, sorted into what can be done with them. */
export interface OfferTable {
  /** Good enough, by their tier or because the user named them. */
  kept: readonly Candidate[];
  /** Good enough, but about to be shut down. */
  retiring: readonly Unfit[];
  /** Able, but below the tier that is needed. */
  belowTier: readonly Unfit[];
  /** Not able. */
  rejected: readonly RejectedOffer[];
  /** All that is not kept, when nothing but what is kept is used. */
  passedOver: readonly RejectedOffer[];
  /** What is kept, in the order that a usual prompt gives; filled when it is first asked for. */
  keptByOrder: Partial<Record<OfferOrder, readonly Candidate[]>>;
}

type SortedOffers = Omit<OfferTable, "passedOver" | "keptByOrder">;

/** Days before a shutdown from which a model is no longer chosen on its own, and is warned of. */
export const SHUTDOWN_NOTICE_DAYS = 30;

const STRENGTH_WORDS: Readonly<Record<Strength, string>> = {
  text: "writing in the image",
  long_prompt: "long prompts",
  people: "hands and people in motion",
  hard_light: "hard or several lights",
  photorealism: "photorealism",
};

/** Goes through every model and quality once and says what speaks against it. */
export function buildOfferTable(query: TableQuery): OfferTable {
  const kept: Candidate[] = [];
  const retiring: Unfit[] = [];
  const belowTier: Unfit[] = [];
  const rejected: RejectedOffer[] = [];
  for (const row of query.catalogue.rows) {
    const size = resolveSize(row.sizes, query.size, query.source);
    const sizeText = typeof size === "string" ? describeWish(query.size) : size.size;
    const excluded = exclusionOf(query, row);
    const unmet = excluded === undefined ? unmetByRow(query, row, size) : [excluded];
    for (const [step, quality] of row.qualities.entries()) {
      const reasons = excluded === undefined ? [...unmet, ...unmetByQuality(query, row, quality.id)] : unmet;
      const candidate =
        reasons.length > 0 || typeof size === "string" ? undefined : candidateFor(query, row, step, size);
      if (candidate === undefined) {
        const reason = reasons.length > 0 ? reasons.join(" ") : "No price is known for this size.";
        rejected.push({ model: row.id, quality: quality.id, size: sizeText, reason });
        continue;
      }
      const misfit = belowTierReason(query, candidate);
      const ending = endingReason(query, candidate);
      if (misfit !== undefined && ending !== undefined) rejected.push(rejectionOf(candidate, `${misfit} ${ending}`));
      else if (misfit !== undefined) belowTier.push({ candidate, rejection: rejectionOf(candidate, misfit) });
      else if (ending !== undefined) retiring.push({ candidate, rejection: rejectionOf(candidate, ending) });
      else kept.push(candidate);
    }
  }
  const sorted = { kept, retiring, belowTier, rejected };
  const used = query.pin === undefined || kept.length > 0 ? sorted : bestOfPin(sorted, query);
  const unfit = [...used.retiring, ...used.belowTier].map(({ rejection }) => rejection);
  return { ...used, passedOver: [...used.rejected, ...unfit], keptByOrder: {} };
}

/** Why a whole row is out of the question, whatever it can do. */
function exclusionOf(query: TableQuery, row: CatalogueRow): string | undefined {
  if (query.pin !== undefined && row !== query.pin) return `You asked for ${query.pin.id}.`;
  const isLocal = query.catalogue.providers.get(row.provider)?.kind === "local";
  if (isLocal && row !== query.pin && !query.localOnly) return "Draws a placeholder: used only when you ask for it.";
  if (query.only !== undefined && !query.only.includes(row.id))
    return `Your policy allows only ${query.only.join(", ")} here.`;
  return query.avoid.includes(row.id) ? "Your policy avoids this model here." : undefined;
}

function unmetByRow(query: TableQuery, row: CatalogueRow, size: ResolvedSize | string): string[] {
  const provider = query.catalogue.providers.get(row.provider);
  const access = unmetAccess(row, provider, query.hasKey(row.provider), query.enabledProviders);
  const reasons = unmetRequirements(row, query.needs);
  if (typeof size === "string") reasons.push(size);
  else if (choosesSize(row) && row !== query.pin)
    reasons.push("Chooses the size of its image itself: used only when you name it.");
  return access === undefined ? reasons : [access, ...reasons];
}

function unmetByQuality(query: TableQuery, row: CatalogueRow, quality: string): string[] {
  const reasons: string[] = [];
  if (query.quality !== undefined && query.quality !== quality) reasons.push(`Quality ${query.quality} is asked for.`);
  if (isNamed(query, row) || query.localOnly) return reasons;
  if (query.predictablePrice && !row.predictablePrice) reasons.push("Its price is not known in advance.");
  for (const strength of query.strengths) {
    if (!row.strengths.includes(strength)) reasons.push(`Not known to handle ${STRENGTH_WORDS[strength]}.`);
  }
  return reasons;
}

function choosesSize({ sizes }: CatalogueRow): boolean {
  return sizes.kind === "factor" && sizes.chosenByModel === true;
}

/** Named by the user for this very work: then a missing rating is no obstacle. */
function isNamed(query: TableQuery, row: CatalogueRow): boolean {
  return row === query.pin || row.id === query.preferredId;
}

function candidateFor(query: TableQuery, row: CatalogueRow, step: number, size: ResolvedSize): Candidate | undefined {
  const references = query.needs.references + (query.needs.hasMask ? 1 : 0);
  const quality = row.qualities[step]?.id ?? "";
  if (outputTokensOf(row.price, { quality, ...size, count: 1, promptBytes: 0, references }) === undefined)
    return undefined;
  const preferred = row.id === query.preferredId && row !== query.pin;
  const candidate = makeCandidate({ row, step, size, operation: query.needs.operation, references, preferred });
  if (candidate === undefined) return undefined;
  return { ...candidate, acceptance: ACCEPTANCE[query.tier][candidate.tier], warnings: warningsOf(query, candidate) };
}

/** Why a candidate is not good enough for the tier; undefined when it is. */
function belowTierReason(query: TableQuery, candidate: Candidate): string | undefined {
  const { row, tier, size, step } = candidate;
  if (query.localOnly || (row === query.pin && query.quality !== undefined)) return undefined;
  if (TIER_RANK[tier] < TIER_RANK[query.tier] && tier !== "unrated")
    return `Rated ${tier}; this work needs ${query.tier}.`;
  if (query.tier !== "premium") return undefined;
  const isNamedHere = isNamed(query, row) || query.only?.includes(row.id) === true;
  if (tier === "unrated") {
    const isUpperHalf = step >= Math.floor(row.qualities.length / 2);
    if (isNamedHere && isUpperHalf) return undefined;
    return "Not rated; used for premium work only when you name it.";
  }
  if (!size.experimental || isNamedHere) return undefined;
  return `${size.size} is experimental on this model; used for premium work only when you name it.`;
}

/** Why a candidate is set aside for its coming shutdown; undefined when it lives on or was named. */
function endingReason(query: TableQuery, candidate: Candidate): string | undefined {
  return isNamed(query, candidate.row) ? undefined : shutdownNotice(candidate.row, query.needs.today);
}

/** Says that a model ends soon and what follows it; undefined when its end is far or not known. */
export function shutdownNotice(row: CatalogueRow, today: string): string | undefined {
  const { shutdownOn, successor } = row.lifecycle;
  if (shutdownOn === undefined) return undefined;
  const days = Math.round((Date.parse(shutdownOn) - Date.parse(today)) / 86_400_000);
  if (days > SHUTDOWN_NOTICE_DAYS || days <= 0) return undefined;
  const next = successor === undefined ? "" : `; its successor is ${successor}`;
  return `${row.id} shuts down on ${shutdownOn}, in ${days === 1 ? "1 day" : `${days} days`}${next}.`;
}

function warningsOf(query: TableQuery, candidate: Candidate): string[] {
  const { row, size, tier, quality } = candidate;
  const notice = shutdownNotice(row, query.needs.today);
  const warnings = notice === undefined ? [] : [notice];
  if (row !== query.pin || query.localOnly) return warnings;
  if (choosesSize(row)) warnings.push(`${row.id} chooses the size of its image itself; it may not be ${size.size}.`);
  if (isBelow(tier, query.tier)) {
    warnings.push(
      `${row.id} ${quality.id} is ${tier === "unrated" ? "not rated" : `rated ${tier}`}, and this work needs ${query.tier}; it is used because you named it.`,
    );
  }
  if (size.experimental) warnings.push(`${row.id} calls ${size.size} experimental; it is used because you named it.`);
  const weak = query.strengths
    .filter((strength) => !row.strengths.includes(strength))
    .map((strength) => STRENGTH_WORDS[strength]);
  if (weak.length > 0)
    warnings.push(`${row.id} is not known to handle ${weak.join(" or ")}; it is used because you named it.`);
  return warnings;
}

function isBelow(tier: OfferTier, needed: Tier): boolean {
  return tier === "unrated" ? needed === "premium" : TIER_RANK[tier] < TIER_RANK[needed];
}

/** A pinned model is honoured although none of its qualities is good enough: the best ones stay. */
function bestOfPin(table: SortedOffers, query: TableQuery): SortedOffers {
  if (query.pin === undefined || table.belowTier.length === 0) return table;
  const best = Math.max(...table.belowTier.map(({ candidate }) => TIER_RANK[candidate.tier]));
  const kept = table.belowTier
    .filter(({ candidate }) => TIER_RANK[candidate.tier] === best)
    .map(({ candidate }) => candidate);
  return { ...table, kept, belowTier: table.belowTier.filter(({ candidate }) => TIER_RANK[candidate.tier] !== best) };
}
