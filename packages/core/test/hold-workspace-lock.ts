// Takes the lock of the workspace in argv, says so, and keeps it until it is killed.
import { acquireWorkspaceLock } from "../src/node/workspace/workspace-lock.ts";

const [root = ""] = process.argv.slice(2);
await acquireWorkspaceLock({ root, run: "run-of-child", waitMs: 0, command: "artdesk generate" });
process.stdout.write("held\n");
setInterval(() => undefined, 1000);
