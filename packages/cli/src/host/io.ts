/** What the CLI needs of its surroundings, so that tests can stand in. */
export interface Io {
  /** Standard output: results. */
  out(text: string): void;
  /** Standard error: progress and words for people. */
  note(text: string): void;
  /** Shows `text` in place of what it showed before; an empty text ends it. Only on a terminal. */
  live(text: string): void;
  /** Standard error is a terminal that can be redrawn. */
  isTerminal: boolean;
  /** Colours are wanted. */
  color: boolean;
  columns: number;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Calls `listener` on Ctrl-C or SIGTERM; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}
