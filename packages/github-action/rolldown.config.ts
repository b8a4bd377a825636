import { fileURLToPath } from "node:url";
import type { InputOptions, OutputOptions } from "rolldown";

const standIn = fileURLToPath(new URL("src/undici-stand-in.ts", import.meta.url));

const config: InputOptions & { output: OutputOptions } = {
  input: { index: "src/index.ts" },
  platform: "node",
  resolve: { conditionNames: ["source", "import", "node", "default"] },
  external: [/^node:/],
  plugins: [
    {
      name: "undici-for-proxies-only",
      resolveId(source, importer) {
        return source === "undici" && importer?.includes("@actions") ? standIn : null;
      },
    },
    {
      // `pg` asks for these two when it runs elsewhere than on Node, or natively.
      name: "absent-optional-drivers",
      resolveId(source) {
        return source === "pg-native" || source === "pg-cloudflare" ? { id: `\0absent:${source}` } : null;
      },
      load(id) {
        return id.startsWith("\0absent:") ? "export default undefined;" : null;
      },
    },
  ],
  onLog(level, log, handler) {
    if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
    handler(level, log);
  },
  output: {
    dir: "dist",
    format: "esm",
    minify: true,
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  },
};

export default config;
