import { error, notice, warning } from "@actions/core";
import { shorten } from "./markdown.ts";

/** A problem at a place that people can go to. */
export interface Problem {
  level: "error" | "warning" | "notice";
  title: string;
  message: string;
  /** From the repository's root. */
  file?: string | undefined;
  /** Counted from 1. */
  line?: number | undefined;
}

/** The runner keeps ten annotations per level and step. */
const MAX_PER_LEVEL = 10;
/** The runner cuts messages at 4,096 characters. */
const MAX_CHARACTERS = 4_000;

/**
 * Shows problems as annotations, as many as the runner keeps.
 * @returns how many were left out, for the summary to say
 */
export function annotate(problems: readonly Problem[]): number {
  const shown = { error: 0, warning: 0, notice: 0 };
  const emit = { error, warning, notice };
  for (const { level, title, message, file, line } of problems) {
    shown[level] += 1;
    if (shown[level] > MAX_PER_LEVEL) continue;
    const place = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { startLine: line }) };
    emit[level](shorten(message, MAX_CHARACTERS), { title: shorten(title, 200), ...place });
  }
  return Object.values(shown).reduce((sum, count) => sum + Math.max(0, count - MAX_PER_LEVEL), 0);
}
