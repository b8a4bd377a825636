import { inspectImage, type ImageInput, type ImageRequest, type Operation } from "@artdesk/core";
import { NodeOperationError, type IExecuteFunctions } from "n8n-workflow";
import { textParameter } from "../words/read-text.ts";

/** The images that an item brings: the one to edit first, then those to go by, and the mask. */
export async function readImages(
  context: IExecuteFunctions,
  itemIndex: number,
  operation: Operation,
): Promise<Pick<ImageRequest, "references" | "mask">> {
  const fields = textParameter(context, "referenceFields", itemIndex)
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean);
  if (operation !== "generate") fields.unshift(textParameter(context, "imageField", itemIndex) || "data");
  const references = await Promise.all(fields.map((field) => readImage(context, itemIndex, field)));
  const maskField = operation === "edit" ? textParameter(context, "maskField", itemIndex) : "";
  const mask = maskField === "" ? undefined : await readImage(context, itemIndex, maskField);
  return { references, mask };
}

/** The bytes decide what a file is: n8n often has no better type than `application/octet-stream`. */
async function readImage(context: IExecuteFunctions, itemIndex: number, field: string): Promise<ImageInput> {
  const binary = context.helpers.assertBinaryData(itemIndex, field);
  const file = await context.helpers.getBinaryDataBuffer(itemIndex, field);
  // A Buffer writes every byte out as a number when an order is turned into JSON to recognize it.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const name = binary.fileName ?? field;
  const { header, problem } = inspectImage(bytes);
  if (header !== undefined && header.mediaType !== "image/gif") return { bytes, mediaType: header.mediaType, name };
  const what = header === undefined ? problem : "is a GIF file";
  throw new NodeOperationError(
    context.getNode(),
    `The file in field '${field}' is no image to work with [item ${itemIndex}]`,
    {
      itemIndex,
      description: `'${name}' ${what}. Give a PNG, JPEG or WebP file; n8n's Edit Image node can convert other images.`,
    },
  );
}
