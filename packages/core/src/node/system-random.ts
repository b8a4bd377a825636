import { randomUUID } from "node:crypto";
import type { Random } from "../ports.ts";

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => randomUUID(),
};
