import type { Http } from "../../basics/ports.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { CatalogueRow } from "../rows/row.ts";

/** Something that a provider's own list says. `drift` differs from the catalogue; `note` is worth knowing. */
export interface ModelFinding {
  state: "drift" | "note";
  model: string;
  /** One sentence. */
  message: string;
}

/** Compares the living rows of one provider with its own list. Rejects when that cannot be had. */
export type ListCheck = (options: {
  http: Http;
  rows: readonly CatalogueRow[];
  /** The whole catalogue, to know which ids it has. */
  catalogue: Catalogue;
}) => Promise<ModelFinding[]>;
