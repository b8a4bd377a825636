import type { ImageFormat, Operation, Purpose } from "../../basics/types.ts";
import type { Provider } from "../../models/adapter/provider.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";

/** What a request asks of a model, apart from size, tier and price. */
export interface Requirements {
  operation: Operation;
  purpose: Purpose;
  references: number;
  hasMask: boolean;
  transparent: boolean;
  /** Undefined: any will do, since the caller writes the files. */
  format: ImageFormat | undefined;
  promptCharacters: number;
  /** `YYYY-MM-DD`. */
  today: string;
}

/** What to write so that a model without a published price can be used. */
function unknownPrice({ id }: CatalogueRow): string {
  return `Its provider publishes no price. Write yours in artdesk.yml, in USD per image: \`prices: { "${id}": 0.05 }\`.`;
}

/** Why a row cannot serve a request: one sentence per requirement that it does not meet. */
export function unmetRequirements(row: CatalogueRow, needs: Requirements): string[] {
  const reasons: string[] = [];
  const { shutdownOn, successor, availableFrom } = row.lifecycle;
  if (shutdownOn !== undefined && needs.today >= shutdownOn) {
    reasons.push(`Shut down on ${shutdownOn}${successor === undefined ? "" : `; its successor is ${successor}`}.`);
  }
  if (availableFrom !== undefined && needs.today < availableFrom) reasons.push(`Available from ${availableFrom}.`);
  if (!row.operations.includes(needs.operation)) reasons.push(`Cannot ${needs.operation}.`);
  if (needs.references > row.maxReferences) {
    reasons.push(`Takes at most ${row.maxReferences} reference images, not ${needs.references}.`);
  }
  if (needs.hasMask && !row.mask) reasons.push("Takes no mask.");
  if (needs.transparent && !row.transparent) reasons.push("Makes no transparent images.");
  if (needs.format !== undefined && !row.formats.includes(needs.format))
    reasons.push(`Cannot write ${needs.format}, only ${row.formats.join(", ")}.`);
  if (needs.promptCharacters > row.maxPromptCharacters) {
    reasons.push(`Takes prompts of at most ${row.maxPromptCharacters} characters, not ${needs.promptCharacters}.`);
  }
  if (row.price.kind === "unknown") reasons.push(unknownPrice(row));
  if (needs.purpose === "client" && !row.commercialUse) reasons.push("Its terms do not allow commercial use.");
  return reasons;
}

/** Why a row's provider cannot be called, in a sentence; undefined when it can. */
export function unmetAccess(
  row: CatalogueRow,
  provider: Provider | undefined,
  hasKey: boolean,
  enabledProviders: readonly string[] | undefined,
): string | undefined {
  if (provider === undefined) return `There is no provider ${row.provider} in this installation.`;
  if (enabledProviders !== undefined && !enabledProviders.includes(row.provider))
    return `${provider.name} is not enabled.`;
  if (provider.kind === "http" && provider.modelsByHand === true && !hasKey) {
    const { keyVariable, baseUrlVariable } = provider.auth;
    return `No address or key for ${provider.name}: set providers.${provider.id}.base_url in artdesk.yml or ${baseUrlVariable}, and ${keyVariable} unless its auth is none.`;
  }
  if (provider.kind !== "local" && !hasKey) return `No key for ${provider.name}: set ${provider.auth.keyVariable}.`;
  return undefined;
}
