import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runArtdeskProcess } from "./cli-process.ts";

// A real process that says it is Node 20 before the first line of the command line runs.
const OLD_NODE =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";
const env = { NODE_OPTIONS: `--import=${OLD_NODE}` };

test.each(["init", "generate", "doctor", "--help"])(
  "artdesk %s on an old Node: one line that helps",
  async (command) => {
    const folder = mkdtempSync(join(tmpdir(), "artdesk-old-node-"));
    const { code, stdout, stderr } = await runArtdeskProcess(folder, [command], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Artdesk needs Node 22\.19 or newer, and this is Node 20\.20\.2: install Node 24 .+\n$/);
  },
);

test("a script gets its document", async () => {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-old-node-"));
  const { stdout } = await runArtdeskProcess(folder, ["plan", "--json"], env);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "invalid_request" } });
});
