import type { ItemOrder } from "./item-order.ts";

const FILE_NAME_CHARACTERS = 60;

/** Endings of files by their media type. */
export const ENDINGS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};

/** The file's name without its ending: as asked for, or the first words of the prompt. */
export function fileStem(order: ItemOrder): string {
  const wanted = order.fileName?.replace(/\.(png|jpe?g|webp)$/i, "");
  const readable = wanted === undefined ? plainName(order.request.prompt).toLowerCase() : plainName(wanted);
  return readable === "" ? "image" : readable;
}

/** Words as a file's name: no character that a file system or a shell minds. May be empty. */
export function plainName(words: string): string {
  return words
    .normalize("NFKD")
    .replace(/[^\p{Letter}\p{Number}._ -]+/gu, "")
    .trim()
    .replace(/\s+/g, "-")
    .replace(/^\.+/, "")
    .slice(0, FILE_NAME_CHARACTERS)
    .replace(/[-.]+$/, "");
}
