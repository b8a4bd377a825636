import type { ListedAsset } from "../asked/project.ts";

export type LockEntry = NonNullable<ListedAsset["lock"]>;

/** The entry, if the text is one; core checks it in full when it lists the workspace again. */
export function readLock(bytes: Uint8Array): LockEntry | undefined {
  try {
    const value: Partial<LockEntry> & { formatVersion?: unknown } = JSON.parse(new TextDecoder().decode(bytes));
    if (value.formatVersion !== 1 || !Array.isArray(value.outputs)) return undefined;
    const { formatVersion: _, ...entry } = value;
    return entry as LockEntry;
  } catch {
    return undefined;
  }
}
