/** A moment for people, to the minute: `2026-11-24 12:05 UTC`. */
export function utcMinute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
