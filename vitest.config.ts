import { defineConfig } from "vitest/config";

const resultsFile = process.env["ARTDESK_TEST_RESULTS"];

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.services.test.ts"],
    reporters: resultsFile ? ["default", ["json", { outputFile: resultsFile }]] : ["default"],
    testTimeout: 30_000,
  },
});
