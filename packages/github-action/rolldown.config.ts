import { fileURLToPath } from "node:url";
import type { InputOptions, OutputOptions } from "rolldown";

const standIn = fileURLToPath(new URL("src/github/undici-stand-in.ts", import.meta.url));

const ABSENT = new Set(["pg-native", "pg-cloudflare", "@node-rs/xxhash"]);

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
      // What `pg` and `redis` would use where it is installed: natively, elsewhere than on Node, or for a call not made here.
      name: "absent-optional-drivers",
      resolveId(source) {
        return ABSENT.has(source) ? { id: `\0absent:${source}` } : null;
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
