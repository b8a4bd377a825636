import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/index.ts", "artdesk-sim": "src/artdesk-sim.ts" },
  format: "esm",
  dts: true,
  platform: "node",
  fixedExtension: false,
});
