/** The address of a server that `pnpm test:services` started. */
export function requireServiceUrl(name: "REDIS" | "POSTGRES"): string {
  const variable = `ARTDESK_TEST_${name}_URL`;
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set: run these tests with pnpm test:services`);
  return url;
}
