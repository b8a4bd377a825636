import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { artdesk: "src/artdesk.ts" },
  format: "esm",
  copy: [{ from: "../../schemas", to: "dist" }],
  dts: false,
  platform: "node",
  fixedExtension: false,
});
