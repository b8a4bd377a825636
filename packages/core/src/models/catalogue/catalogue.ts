import type { Provider } from "../adapter/provider.ts";
import type { CatalogueRow } from "../rows/row.ts";

/** The models that can be planned with, and the providers that make them. */
export interface Catalogue {
  rows: readonly CatalogueRow[];
  providers: ReadonlyMap<string, Provider>;
}
