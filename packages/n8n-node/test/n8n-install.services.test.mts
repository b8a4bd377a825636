import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installN8n, N8N_VERSION } from "../scripts/install-n8n.mts";
import { ARTDESK } from "./harness/artdesk-runner.mts";
import { startN8nServer, type N8nServer } from "./harness/n8n-server.mts";
import { packPackage } from "./harness/packed-package.mts";
import { startPackageRegistry, type PackageRegistry } from "./harness/package-registry.mts";
import { activate, createWorkflow, openPath, postgresUrl } from "./harness/whole-n8n.mts";

interface Installed {
  packageName: string;
  installedVersion: string;
  installedNodes: { type: string; latestVersion: number }[];
}

describe.skipIf(postgresUrl === undefined)(`n8n ${N8N_VERSION}'s own installer of community nodes`, () => {
  let packageFolder: string;
  let binFolder: string;
  let registry: PackageRegistry;
  let n8n: N8nServer;

  beforeAll(async () => {
    const start = installN8n();
    packageFolder = await packPackage();
    binFolder = mkdtempSync(join(tmpdir(), "artdesk-npm-"));
    registry = await startPackageRegistry(packageFolder, binFolder);
    n8n = await startN8nServer({
      start,
      packageFolder: undefined,
      postgresUrl: postgresUrl ?? "",
      redisUrl: undefined,
      settings: registry.settings,
    });
  }, 1_800_000);
  afterAll(async () => {
    await n8n?.close();
    await registry?.close();
    for (const folder of [dirname(packageFolder), binFolder]) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const nodeTypes = async (): Promise<string[]> =>
    ((await n8n.get("/types/nodes.json")) as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => name.startsWith("n8n-nodes-artdesk."));

  it("installs the package that is published, with nothing but itself", async () => {
    expect(await nodeTypes()).toEqual([]);
    const installed = (await n8n.rest("POST", "/community-packages", { name: registry.name })) as Installed;
    expect(installed).toMatchObject({
      packageName: "n8n-nodes-artdesk",
      installedVersion: registry.version,
      installedNodes: [{ type: ARTDESK, latestVersion: 1 }],
    });
    expect((await nodeTypes()).toSorted()).toEqual([ARTDESK, `${ARTDESK}Tool`]);
    const folder = join(n8n.folder, ".n8n", "nodes");
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { dependencies: object };
    expect(manifest.dependencies).toEqual({ "n8n-nodes-artdesk": registry.version });
    // n8n asked for this package alone: it brings no dependencies.
    expect(new Set(registry.requests.map(({ url }) => url.split("/")[1]))).toEqual(new Set(["n8n-nodes-artdesk"]));
    expect(registry.requests.some(({ url }) => url.endsWith(".tgz"))).toBe(true);
  }, 180_000);

  it("runs what it installed", async () => {
    const parameters = { prompt: "A plan", model: { __rl: true, mode: "list", value: "sketch" } };
    const workflow = await createWorkflow(n8n, "installed", { type: ARTDESK, typeVersion: 1, parameters });
    await activate(n8n, workflow);
    const make = await openPath(n8n, "installed");
    expect(await make([{}])).toMatchObject([{ model: "sketch", costUsd: 0, fileName: "a-plan.png" }]);
  }, 180_000);

  it("refuses to install it twice, and takes it away", async () => {
    await expect(n8n.rest("POST", "/community-packages", { name: registry.name })).rejects.toThrow(/already installed/);
    await n8n.rest("DELETE", `/community-packages?name=${registry.name}`);
    expect(await nodeTypes()).toEqual([]);
  }, 180_000);

  it("would not install it as verified before n8n has verified it", async () => {
    const verified = n8n.rest("POST", "/community-packages", { name: registry.name, verify: true });
    await expect(verified).rejects.toThrow(/not vetted for installation/);
  }, 180_000);
});
