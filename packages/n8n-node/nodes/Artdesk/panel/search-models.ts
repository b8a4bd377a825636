import { builtInCatalogue, type CatalogueRow } from "@artdesk/core";
import type {
  ILoadOptionsFunctions,
  INodeListSearchItems,
  INodeListSearchResult,
  INodePropertyOptions,
} from "n8n-workflow";
import { n8nClock } from "../host/n8n-clock.ts";
import { PROVIDER_CREDENTIALS } from "../host/provider-credentials.ts";

/** The models of the catalogue for the list in the panel: those that this node can sign for and that are not gone. */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  return searchAmong(({ operations }) => operations.includes("generate") || operations.includes("edit"), filter);
}

/** The same for models that enlarge images. */
export async function searchUpscalers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  return searchAmong(({ operations }) => operations.includes("upscale"), filter);
}

/** The models that can be compared: those that make images and can be judged. */
export async function loadModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  return callableRows()
    .filter(({ provider, operations }) => operations.includes("generate") && !isLocal(provider))
    .map((row) => ({ name: nameOf(row), value: row.id }));
}

function searchAmong(isWanted: (row: CatalogueRow) => boolean, filter = ""): INodeListSearchResult {
  const models = callableRows()
    .filter(isWanted)
    .map((row): INodeListSearchItems => ({ name: nameOf(row), value: row.id }));
  const results = [{ name: "Automatic", value: "auto" }, ...models].filter(({ name, value }) =>
    `${name} ${value}`.toLowerCase().includes(filter.toLowerCase()),
  );
  return { results };
}

function callableRows(): CatalogueRow[] {
  const today = new Date(n8nClock.nowMs()).toISOString().slice(0, 10);
  return builtInCatalogue.rows
    .filter(({ provider }) => PROVIDER_CREDENTIALS.has(provider) || isLocal(provider))
    .filter(({ lifecycle }) => lifecycle.shutdownOn === undefined || today < lifecycle.shutdownOn);
}

function nameOf(row: CatalogueRow): string {
  const provider = builtInCatalogue.providers.get(row.provider);
  const note = provider?.kind === "local" ? "free placeholder, needs no credential" : provider?.name;
  const price = row.price.kind === "unknown" ? ", needs your price" : "";
  return `${row.name} (${note ?? row.provider}${price})`;
}

function isLocal(provider: string): boolean {
  return builtInCatalogue.providers.get(provider)?.kind === "local";
}
