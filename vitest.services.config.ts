import { defineConfig } from "vitest/config";
import { pinDay } from "./test/pinned-day/pinned-day.ts";

pinDay();

const resultsFile = process.env["ARTDESK_TEST_RESULTS"];

// Tests that need a server: scripts/test-services.mjs starts them and says where they are.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: [
      "packages/*/src/**/*.services.test.ts",
      "packages/*/test/**/*.services.test.{ts,mts}",
      "test/**/*.services.test.ts",
    ],
    reporters: resultsFile ? ["default", ["json", { outputFile: resultsFile }]] : ["default"],
    testTimeout: 60_000,
    // One file at a time: the races want the machine for themselves.
    fileParallelism: false,
  },
});
