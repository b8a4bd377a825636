import { findModel } from "../rows/find-model.ts";
import { builtInCatalogue } from "./built-in-catalogue.ts";

/** Whether a model, by id or alias, draws storyboard cards instead of images. */
export function drawsCards(model: string): boolean {
  const row = findModel(builtInCatalogue.rows, model)?.row;
  return row !== undefined && builtInCatalogue.providers.get(row.provider)?.kind === "local";
}
