import type pico from "picocolors";

/** Terminal colours, or functions that leave text as it is. */
export type Colors = ReturnType<typeof pico.createColors>;
