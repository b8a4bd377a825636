import { plainText } from "./markdown.ts";
import { totalsOf, type BudgetLine, type ReportModel, type ReportTotals } from "./report-model.ts";
import { usdText } from "./usd-text.ts";

/** The sentence that people read first: what, for how much, and what is left. */
export function headline(model: ReportModel): string {
  const totals = totalsOf(model.assets);
  return [whatHappens(model, totals), failures(model, totals), whatIsLeft(model.budgets)]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
}

/** `1 image`, `3 images`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function whatHappens(model: ReportModel, totals: ReportTotals): string | undefined {
  const left = leftToOthers(model.leftToOthers ?? 0);
  if (model.assets.length === 0) return left ?? "**No prompt files here.**";
  if (model.mode === "generate") {
    const isIdle = totals.generated + totals.submitted + totals.failed + totals.skipped + totals.stale === 0;
    return left === undefined ? whatWasMade(totals) : isIdle ? left : `${whatWasMade(totals)} ${left}`;
  }
  if (totals.stale === 0) return totals.failed > 0 ? undefined : nothingToDo(totals);
  if (model.mode === "check") {
    return `**${count(totals.stale, "image")} ${totals.stale === 1 ? "is" : "are"} stale:** ${prices(totals)} to make.`;
  }
  const subject = model.onPullRequest ? "This pull request would make" : "A run would make";
  return `**${subject} ${count(totals.stale, "image")} for ${prices(totals)}.**`;
}

/** Another run's work is not done yet: that is not the same as nothing to do. */
function leftToOthers(number: number): string | undefined {
  if (number === 0) return undefined;
  return `**${count(number, "image")} ${number === 1 ? "is" : "are"} left to another run** that makes ${number === 1 ? "it" : "them"} just now.`;
}

function prices({ estimateMicroUsd, worstCaseMicroUsd }: ReportTotals): string {
  const most = worstCaseMicroUsd > estimateMicroUsd ? ` (at most ${usdText(worstCaseMicroUsd, "up")})` : "";
  return worstCaseMicroUsd === 0 ? "nothing" : `about ${usdText(estimateMicroUsd)}${most}`;
}

function whatWasMade(totals: ReportTotals): string | undefined {
  if (totals.generated > 0) {
    const also =
      totals.madeEarlier > 0
        ? ` ${count(totals.madeEarlier, "image")} made earlier on this pull request included.`
        : "";
    return `**Made ${count(totals.generated + totals.madeEarlier, "image")} for ${usdText(totals.costMicroUsd)}.**${also}`;
  }
  if (totals.submitted > 0) {
    return `**${count(totals.submitted, "image")} ${totals.submitted === 1 ? "is" : "are"} in a batch** and will be collected by a later run.`;
  }
  if (totals.failed > 0 || totals.skipped > 0 || totals.stale > 0) {
    return `**No image was made.**${totals.costMicroUsd > 0 ? ` Attempts cost ${usdText(totals.costMicroUsd)}.` : ""}`;
  }
  return nothingToDo(totals);
}

function nothingToDo({ madeEarlier, costMicroUsd }: ReportTotals): string {
  const earlier = `**${count(madeEarlier, "image")} made on this pull request for ${usdText(costMicroUsd)}.**`;
  return madeEarlier > 0 ? `${earlier} Nothing left to do.` : "**Nothing to do:** every image matches its prompt.";
}

function failures({ budgetStop }: ReportModel, totals: ReportTotals): string | undefined {
  const parts = [
    totals.failed > 0 ? `${totals.failed} failed` : undefined,
    totals.skipped > 0 ? `${totals.skipped} skipped` : undefined,
    totals.submitted > 0 && totals.generated > 0 ? `${totals.submitted} in a batch` : undefined,
  ].filter((part) => part !== undefined);
  const stop = budgetStop === undefined ? undefined : `Stopped by the budget: ${plainText(budgetStop)}`;
  const counts = parts.length === 0 ? undefined : `${parts.join(", ")}.`;
  return [counts, stop].filter((part) => part !== undefined).join(" ") || undefined;
}

function whatIsLeft(budgets: readonly BudgetLine[]): string | undefined {
  const [tightest] = budgets;
  if (!tightest) return undefined;
  const left = usdText(Math.max(0, tightest.leftMicroUsd), "down");
  return `${left} of ${usdText(tightest.limitMicroUsd)} left (${plainText(tightest.label)}).`;
}
