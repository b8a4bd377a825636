import { randomUUID } from "node:crypto";
import type { Random } from "../../basics/ports.ts";

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => randomUUID(),
};
