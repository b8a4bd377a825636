import type { ImageRequest } from "@artdesk/core";
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from "n8n-workflow";
import type { ChainBrief } from "./item-order.ts";
import { readTags } from "./read-fields.ts";

const BRIEF_KEYS = ["prompt", "purpose", "size", "aspect", "resolution", "text", "elements", "transparent"] as const;

/** What of a request goes along with the images. */
export function briefOf(request: ImageRequest): ChainBrief {
  const { prompt, purpose, size, aspect, resolution, text, elements, transparent, tags } = request;
  return { prompt, purpose, size, aspect, resolution, text, elements, transparent, tags };
}

/** A brief as items carry it, under `request`. */
export function briefJson(brief: ChainBrief): IDataObject {
  return JSON.parse(JSON.stringify(brief)) as IDataObject;
}

/**
 * The brief that an item brings along. Its fields are checked where every request is.
 * @throws NodeOperationError when there is none
 */
export function readBriefJson(context: IExecuteFunctions, itemIndex: number, json: IDataObject): ChainBrief {
  const found = json["request"];
  if (!isRecord(found)) {
    throw new NodeOperationError(context.getNode(), `The item brings no brief in 'request' [item ${itemIndex}]`, {
      itemIndex,
      description: "Send items of 'Draft' or 'Refine' here, or set 'Brief' to 'Define Below'.",
    });
  }
  const known = BRIEF_KEYS.flatMap((key): [string, unknown][] => {
    const value = found[key];
    return value === undefined || value === null ? [] : [[key, value]];
  });
  const tags = isRecord(found["tags"]) ? readTags(found["tags"]) : {};
  return { prompt: "", ...(Object.fromEntries(known) as Partial<ChainBrief>), tags };
}

function isRecord(value: unknown): value is IDataObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
