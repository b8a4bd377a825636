import type { ImageInput, Operation, PixelSize } from "../../basics/types.ts";
import { inspectImage } from "../../wire/image-header.ts";

/** Pixels of the image that is to be upscaled; undefined for other operations and for bytes that are no image. */
export function sourceSize(request: {
  operation: Operation;
  references: readonly ImageInput[];
}): PixelSize | undefined {
  const [source] = request.references;
  if (request.operation !== "upscale" || source === undefined) return undefined;
  const { header } = inspectImage(source.bytes);
  return header && { widthPx: header.widthPx, heightPx: header.heightPx };
}
