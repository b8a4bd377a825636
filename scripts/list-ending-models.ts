// Part of `pnpm check`: names the catalogue's models that end within 60 days or have ended, so that whoever keeps the
// catalogue sees them before users do. `--today YYYY-MM-DD` looks from another day. It never fails: a date is no fault.
import { parseArgs } from "node:util";
import { catalogueRows } from "../packages/core/src/index.ts";

const NOTICE_DAYS = 60;
const DAY_MS = 86_400_000;

const { values } = parseArgs({
  options: { today: { type: "string", default: new Date().toISOString().slice(0, 10) } },
});

for (const { provider, id, lifecycle } of catalogueRows) {
  const { shutdownOn, successor } = lifecycle;
  if (shutdownOn === undefined) continue;
  const days = Math.round((Date.parse(shutdownOn) - Date.parse(values.today)) / DAY_MS);
  if (days > NOTICE_DAYS) continue;
  const when = days > 0 ? `ends on ${shutdownOn}, in ${days} ${days === 1 ? "day" : "days"}` : `ended on ${shutdownOn}`;
  console.log(`        ${provider}/${id} ${when}; ${successor === undefined ? "no successor" : `then ${successor}`}`);
}
