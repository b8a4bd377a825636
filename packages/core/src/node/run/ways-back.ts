/** The two honest ways to end a possibly billed call, side by side, in the words of a host. */
export type WaysBack = (id: string) => string;

/** On the command line. */
export const commandLineWays: WaysBack = (id) =>
  `Look at the provider's usage page. It was billed: \`artdesk budget reconcile ${id} --cost USD\` counts what it cost. It was not: \`artdesk budget reconcile ${id} --cost 0\` frees the money, and the image will be made again.`;
