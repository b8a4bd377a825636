import { describe, expect, test } from "vitest";
import { measureArtdesk, type ScheduleScene } from "./run-schedule.ts";

/** Every combination of these: nothing here takes real time. */
const scenes: ScheduleScene[] = [5, 50, 250].flatMap((imagesPerMinute) =>
  [1, 8].flatMap((processes) =>
    (["rolling window", "token bucket"] as const).flatMap((kind) =>
      (["known", "unknown"] as const).flatMap((start) =>
        (["exact", "none"] as const).map((forecast) => {
          return { jobs: 500, imagesPerMinute, processes, kind, start, forecast };
        }),
      ),
    ),
  ),
);

/**
 * Of two windows in all, the first needs 9 s until the first reply names the limit; no more can be made up for when
 * nothing is known of the latencies either.
 */
function barOf({ imagesPerMinute, start, forecast }: ScheduleScene): number {
  return imagesPerMinute === 250 && start === "unknown" && forecast === "none" ? 1.09 : 1.05;
}

describe("500 images under an images-per-minute limit", () => {
  test.each(scenes)(
    "$imagesPerMinute a minute, $processes processes, $kind, limit $start, forecast $forecast",
    async (scene) => {
      const figures = await measureArtdesk(scene);
      expect(figures.accepted).toBe(500);
      expect(figures.refusals).toBeLessThanOrEqual(scene.start === "known" ? 0 : 1);
      expect(figures.makespanMs / figures.blindOptimumMs).toBeLessThanOrEqual(barOf(scene));
      // With several processes the shares of a window are served by each on its own.
      expect(figures.fairness).toBeGreaterThan(scene.imagesPerMinute === 250 ? 0.85 : 0.98);
    },
  );

  test.each([5, 50])(
    "%i a minute: with known latencies close to what no schedule can beat",
    async (imagesPerMinute) => {
      for (const processes of [1, 8]) {
        const scene = { jobs: 500, imagesPerMinute, processes, kind: "rolling window", forecast: "exact" } as const;
        const figures = await measureArtdesk({ ...scene, start: "unknown" });
        expect(figures.makespanMs / figures.optimumMs).toBeLessThanOrEqual(1.05);
      }
    },
  );
});

test("5,000 images by 8 processes that share one limit", async () => {
  const scene = { jobs: 5_000, imagesPerMinute: 50, processes: 8, kind: "token bucket", forecast: "exact" } as const;
  const figures = await measureArtdesk({ ...scene, start: "unknown" });
  expect(figures.accepted).toBe(5_000);
  expect(figures.refusals).toBeLessThanOrEqual(1);
  expect(figures.makespanMs / figures.optimumMs).toBeLessThanOrEqual(1.05);
});
