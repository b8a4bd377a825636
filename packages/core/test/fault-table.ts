import type { MatrixCase, MatrixResult } from "./fault-matrix.ts";
import type { RawSdkResult } from "./raw-sdk.ts";

/** A case with its outcome; `sdk` where there is a package to compare with. */
export interface MatrixRow {
  matrixCase: MatrixCase;
  result: MatrixResult;
  sdk: RawSdkResult | undefined;
}

const HEADER = [
  "fault",
  "hits",
  "images wanted",
  "on_unknown",
  "POSTs",
  "images billed",
  "billed",
  "delivered",
  "settled",
  "possibly billed",
  "released",
  "error",
];

/** The matrix as a document: one row per outcome, with the settings that share it in one cell. */
export function faultTable(rows: readonly MatrixRow[]): string {
  const providers = [...new Set(rows.map(({ matrixCase }) => matrixCase.provider))];
  const sections = providers.map((provider) => {
    const own = rows.filter(({ matrixCase }) => matrixCase.provider === provider);
    const header = own[0]?.sdk ? [...HEADER, "`openai` POSTs", "`openai` images billed"] : HEADER;
    const lines = [header, header.map(() => "---"), ...mergePolicies(own)];
    return `## ${provider}\n\n${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
  });
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

const INTRODUCTION = `# Faults and money

Each row is one request through an art desk against the simulator, one provider enabled, default policy but for
\`on_unknown\`. "billed" is the provider's own statement; "settled" and "possibly billed" are the ledger's; all three in
micro-USD. "released" counts reservations that cost nothing. The fault hits one call or always. The last two columns of
OpenAI are the \`openai\` package with its default retries under the same fault.

Written by \`UPDATE_GOLDEN=1 vitest run packages/core/test/fault-matrix.test.ts\`.
`;

function mergePolicies(rows: readonly MatrixRow[]): string[][] {
  const merged = new Map<string, { cells: (policies: string) => string[]; policies: string[] }>();
  for (const { matrixCase, result, sdk } of rows) {
    const { fault, times, count, onUnknown } = matrixCase;
    const outcome = [
      result.posts,
      result.imagesBilled,
      result.billedMicroUsd,
      result.imagesDelivered,
      result.settledMicroUsd,
      result.unknownMicroUsd,
      result.releasedLines,
      result.errorCode,
      ...(sdk ? [sdk.posts, sdk.imagesBilled] : []),
    ].map(String);
    const key = [fault.name, times, count, ...outcome].join("|");
    const entry = merged.get(key);
    if (entry) entry.policies.push(onUnknown);
    else {
      const cells = (policies: string): string[] => [fault.name, times, String(count), policies, ...outcome];
      merged.set(key, { cells, policies: [onUnknown] });
    }
  }
  return [...merged.values()].map(({ cells, policies }) => cells(policies.length === 3 ? "any" : policies.join(", ")));
}
