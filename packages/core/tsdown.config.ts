import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/index.ts", "node/index": "src/node/index.ts", "testing/index": "src/testing/index.ts" },
  format: "esm",
  copy: [{ from: "../../schemas", to: "dist" }],
  dts: true,
  platform: "neutral",
  deps: { neverBundle: [/^node:/] },
  inputOptions: { resolve: { conditionNames: ["source", "import", "default"] } },
});
