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

- **Decisions.** No request of the benchmark comes twice. What depends on the kind of a request alone (which models can
  do it, why others cannot, their order for a usual prompt) is kept per catalogue; what depends on the prompt is read,
  priced and ordered each time.
- **Peak memory, 16 images at once.** Replies with images are read two at a time, their chunks are freed as they are
  decoded, and each image has one buffer of its size. What is left is V8's: it collects the images that callers have
  dropped only after about 64 MB of them, as it does the chunks of a client that throws every body away, and base64
  passes through strings in its young generation, which grows to 2 x 16 MB (\`--max-semi-space-size=4\` takes 40 MB off).
- **Ledger.** Every reservation and every settlement is one durable write. One run that makes many images at once shares
  a write among them ("16 callers").
- **Status of unchanged files.** Parsing is cached by content; what is left is reading and hashing.
- **A long run.** Money is set aside for a hundred assets at a time, so that the open part of the month's document stays
  small. The contact sheet embeds the first 32 MB of images and links the rest.
`;
}
