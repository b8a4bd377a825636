import { dirname, join } from "node:path";
import { buildPackage } from "./build-package.mts";

await buildPackage(join(dirname(import.meta.dirname), "dist"));
