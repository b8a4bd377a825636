import type { INodeExecutionData } from "n8n-workflow";

const KEEP_MS = 60 * 60 * 1000;
const MAX_EXECUTIONS = 200;
const MAX_INLINE_CHARACTERS = 256 * 1024 * 1024;

/** How an item ended in an earlier try: delivered, or failed in a way that may have cost money. */
export type ItemOutcome =
  | { kind: "delivered"; output: INodeExecutionData[] }
  | { kind: "failed"; output: INodeExecutionData[]; cause: unknown };

/**
 * What this process remembers of one execution: what its items came to, so that n8n's "Retry On Fail" buys nothing
 * twice, and the books of a run that keeps none elsewhere.
 */
export interface ExecutionMemory<Books> {
  recall(key: string): ItemOutcome | undefined;
  remember(key: string, outcome: ItemOutcome): void;
  readonly books: Books;
}

interface Entry<Books> {
  memory: ExecutionMemory<Books>;
  inlineCharacters(): number;
  usedAtMs: number;
}

export interface ExecutionMemories<Books> {
  /** The memory of an execution; one without an id is remembered by nobody else. */
  open(executionId: string | undefined): ExecutionMemory<Books>;
  /** The execution has ended: nothing will be tried again. */
  drop(executionId: string): void;
  readonly size: number;
}

/**
 * Memories by execution. An hour after its last use, or when there are too many or too large ones, the one that has
 * been unused for longest goes.
 */
export function createExecutionMemories<Books>(newBooks: () => Books, nowMs: () => number): ExecutionMemories<Books> {
  // Insertion order is order of use: an entry moves to the end whenever it is opened.
  const entries = new Map<string, Entry<Books>>();

  const evict = (): void => {
    const expiredBeforeMs = nowMs() - KEEP_MS;
    let inline = 0;
    for (const entry of entries.values()) inline += entry.inlineCharacters();
    for (const [id, entry] of entries) {
      const fits = entries.size <= MAX_EXECUTIONS && (inline <= MAX_INLINE_CHARACTERS || entries.size === 1);
      if (fits && entry.usedAtMs >= expiredBeforeMs) return;
      inline -= entry.inlineCharacters();
      entries.delete(id);
    }
  };

  return {
    open(executionId) {
      if (executionId === undefined) return newEntry(newBooks(), 0).memory;
      const entry = entries.get(executionId) ?? newEntry(newBooks(), nowMs());
      entry.usedAtMs = nowMs();
      entries.delete(executionId);
      entries.set(executionId, entry);
      evict();
      return entry.memory;
    },
    drop: (executionId) => void entries.delete(executionId),
    get size() {
      return entries.size;
    },
  };
}

function newEntry<Books>(books: Books, usedAtMs: number): Entry<Books> {
  const outcomes = new Map<string, ItemOutcome>();
  let inlineCharacters = 0;
  return {
    usedAtMs,
    inlineCharacters: () => inlineCharacters,
    memory: {
      books,
      recall: (key) => outcomes.get(key),
      remember(key, outcome) {
        outcomes.set(key, outcome);
        inlineCharacters += inlineSize(outcome.output);
      },
    },
  };
}

/** Characters of image data that the items hold themselves, because n8n has no binary store to keep them. */
function inlineSize(output: readonly INodeExecutionData[]): number {
  let characters = 0;
  for (const { binary = {} } of output)
    for (const { id, data } of Object.values(binary)) if (id === undefined) characters += data.length;
  return characters;
}
