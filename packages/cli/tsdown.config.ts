import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { artdesk: "src/artdesk.ts" },
  format: "esm",
  dts: false,
  platform: "node",
  fixedExtension: false,
});
