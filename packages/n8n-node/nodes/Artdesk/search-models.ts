import { builtInCatalogue } from "@artdesk/core";
import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from "n8n-workflow";
import { n8nClock } from "./n8n-clock.ts";
import { PROVIDER_CREDENTIALS } from "./provider-credentials.ts";

/** The models of the catalogue for the list in the panel: those that this node can sign for and that are not gone. */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  const today = new Date(n8nClock.nowMs()).toISOString().slice(0, 10);
  const models = builtInCatalogue.rows
    .filter(({ provider }) => PROVIDER_CREDENTIALS.has(provider) || isLocal(provider))
    .filter(({ lifecycle }) => lifecycle.shutdownOn === undefined || today < lifecycle.shutdownOn)
    .map((row): INodeListSearchItems => {
      const provider = builtInCatalogue.providers.get(row.provider);
      const note = provider?.kind === "local" ? "free placeholder, needs no credential" : provider?.name;
      const price = row.price.kind === "unknown" ? ", needs your price" : "";
      return { name: `${row.name} (${note ?? row.provider}${price})`, value: row.id };
    });
  const wanted = filter?.toLowerCase() ?? "";
  const results = [{ name: "Automatic", value: "auto" }, ...models].filter(({ name, value }) =>
    `${name} ${value}`.toLowerCase().includes(wanted),
  );
  return { results };
}

function isLocal(provider: string): boolean {
  return builtInCatalogue.providers.get(provider)?.kind === "local";
}
