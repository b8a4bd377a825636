import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { pinDay } from "./test/pinned-day/pinned-day.ts";

pinDay();

// The ES module build of n8n-workflow does not load on Node; n8n itself uses the other one.
const n8nWorkflow = createRequire(new URL("packages/n8n-node/package.json", import.meta.url)).resolve("n8n-workflow");

const resultsFile = process.env["ARTDESK_TEST_RESULTS"];

const PURE = ["packages/{core,simulator}/src/**/*.test.ts"];
const WITH_FILES = ["packages/core/src/node/**/*.test.ts", "packages/{cli,github-action,n8n-node}/src/**/*.test.ts"];

export default defineConfig({
  resolve: { conditions: ["source"], alias: { "n8n-workflow": n8nWorkflow } },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    exclude: ["**/node_modules/**", "**/*.services.test.{ts,mts}"],
    reporters: resultsFile ? ["default", ["json", { outputFile: resultsFile }]] : ["default"],
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // Many tests wait for processes of their own, so that two workers would leave a small machine idle.
    maxWorkers: 3,
    projects: [
      // Pure rooms hold no state, so that their files share a worker and its modules.
      { extends: true, test: { name: "pure", include: PURE, exclude: WITH_FILES, isolate: false } },
      {
        extends: true,
        test: { name: "whole", include: [...WITH_FILES, "packages/*/test/**/*.test.{ts,mts}", "test/**/*.test.ts"] },
      },
    ],
  },
});
