import { formatUsd } from "@artdesk/core";
import type { GenerateProgress } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import type { Io } from "../host/io.ts";

/** Shows a run under way: a redrawn list on a terminal, plain lines elsewhere. */
export function generateProgress(io: Io, colors: Colors): (event: GenerateProgress) => void {
  const active = new Map<string, string>();
  let done = 0;
  let total = 0;
  const redraw = (): void => {
    if (!io.isTerminal) return;
    const lines = [...active].map(([id, what]) => `  ${colors.cyan("…")} ${id}  ${colors.dim(what)}`);
    io.live(active.size === 0 ? "" : [...lines, colors.dim(`  ${done} of ${total} done`)].join("\n"));
  };
  const line = (text: string): void => {
    io.live("");
    io.note(`${text}\n`);
    redraw();
  };
  const say = (id: string, what: string): void => {
    active.set(id, what);
    if (io.isTerminal) redraw();
    else io.note(`${id}: ${what}\n`);
  };
  return (event) => {
    switch (event.type) {
      case "workspace_busy":
        return line(`Waiting: ${event.holder}`);
      case "recovered":
        return line(`${colors.green("✓")} ${event.id}: finished from a run that was cut off`);
      case "started":
        total = event.total;
        return undefined;
      case "asset_event": {
        const { id, event: inner } = event;
        if (inner.type === "attempt_started") {
          const { model, quality, estimateMicroUsd } = inner.offer;
          return say(id, `${model} ${quality}, about ${formatUsd(estimateMicroUsd)}`);
        }
        if (inner.type === "waiting")
          return say(id, `${inner.message} Trying again in ${(inner.delayMs / 1000).toFixed(1)} s`);
        if (inner.type === "fallback")
          return say(id, `${inner.message} Going on with ${inner.to.model} ${inner.to.quality}`);
        return undefined;
      }
      case "asset_done": {
        const { asset } = event;
        done += 1;
        active.delete(asset.id);
        const count = colors.dim(`[${done}/${total}]`);
        if (asset.status === "generated") {
          const seconds = (asset.durationMs / 1000).toFixed(1);
          return line(
            `${colors.green("✓")} ${asset.id}  ${asset.model ?? ""}  ${formatUsd(asset.costMicroUsd)}  ${seconds} s  ${count}`,
          );
        }
        if (asset.status === "submitted")
          return line(`${colors.cyan("…")} ${asset.id}  ${asset.reasons.join(" ")}  ${count}`);
        // Why stands in the list at the end, once.
        return line(
          `${asset.status === "failed" ? colors.red("✗") : colors.yellow("-")} ${asset.id}  ${asset.status === "failed" ? "not made" : "not started"}  ${count}`,
        );
      }
    }
  };
}
