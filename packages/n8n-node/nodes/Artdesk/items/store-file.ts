import type { IBinaryData, IExecuteFunctions } from "n8n-workflow";

const LINK_LIFETIME = "1 day";

/** A file in n8n's store. Never throws: what it holds is paid for. */
export async function storeFile(
  context: IExecuteFunctions,
  content: Uint8Array,
  fileName: string,
  mimeType: string,
): Promise<{ binary: IBinaryData; warning: string | undefined }> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  try {
    return { binary: await context.helpers.prepareBinaryData(bytes, fileName, mimeType), warning: undefined };
  } catch {
    // The file is paid for: better inside the item than lost.
    const binary: IBinaryData = {
      data: bytes.toString("base64"),
      mimeType,
      fileType: mimeType === "text/html" ? "html" : "image",
      fileName,
      fileExtension: fileName.slice(fileName.lastIndexOf(".") + 1),
    };
    return { binary, warning: "n8n's file store did not take the file, so the item itself holds it." };
  }
}

/** A link that other tools and agents can open; undefined where n8n's file store makes none. */
export function signedUrl(context: IExecuteFunctions, binary: IBinaryData): string | undefined {
  if (binary.id === undefined) return undefined;
  try {
    return context.helpers.createBinarySignedUrl(binary, LINK_LIFETIME);
  } catch {
    return undefined;
  }
}
