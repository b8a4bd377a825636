import type { JudgedImage, Verification } from "@artdesk/core";
import type { IDataObject } from "n8n-workflow";

/** What the judge found in one delivered image, under `check`; nothing when no judge was asked for. */
export function verificationJson(verification: Verification | undefined, index: number): IDataObject {
  const judged = verification?.images[index];
  if (verification === undefined || judged === undefined) return {};
  return {
    check: { ...verdictJson(judged), steps: verification.steps.map(({ model, quality }) => `${model} ${quality}`) },
  };
}

/** One verdict: `placed` when everything is there, `dropped` when something is missing, `unsure` when nobody can tell. */
export function verdictJson(judged: JudgedImage): IDataObject {
  const named = (verdict: string): string[] =>
    judged.elements.filter((element) => element.verdict === verdict).map(({ element }) => element);
  return {
    verdict: judged.verdict,
    missing: named("dropped"),
    unsure: named("unsure"),
    judge: judged.judge ?? null,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
  };
}
