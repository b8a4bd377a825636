/** The page docs/performance.md for what a run of the benches said. */
export function performancePage(transcript: string, date: Date): string {
  return `# Performance

Written by \`pnpm bench --write\` on ${date.toISOString().slice(0, 10)}, on a machine with 2 cores: ours and the peers in
one run, fresh processes, interleaved rounds, medians. The load stands in the first line; on a busy machine compare
ratios, not milliseconds. Nothing here was measured against live providers: the simulator answers on loopback.

\`pnpm bench --quick\` takes about two minutes. With \`node scripts/test-services.mjs --run bench/index.ts\` Redis and
PostgreSQL are measured, too.

\`\`\`text
${transcript}
\`\`\`

## What limits what

- **Peak memory, 16 images at once.** The caller holds 16 decoded images (31 MB), and V8 collects those of the calls
  before only when it feels memory pressure; a client that throws every body away holds neither. The larger images of
  the other scene are collected sooner.
- **Ledger.** Every reservation and every settlement is one durable write. One run that makes many images at once shares
  a write among them ("16 callers").
- **Status of unchanged files.** Parsing is cached by content; what is left is reading and hashing.
- **A long run.** Money is set aside for a hundred assets at a time, so that the open part of the month's document stays
  small. The contact sheet embeds the first 32 MB of images and links the rest.
`;
}
