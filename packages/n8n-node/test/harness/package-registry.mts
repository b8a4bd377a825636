import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startLoopbackServer, type LoopbackServer } from "./loopback-server.mts";

/** An npm registry on loopback that has one package. */
export interface PackageRegistry extends LoopbackServer {
  name: string;
  version: string;
  /** Settings of an n8n whose npm asks this registry, and which reaches no other. */
  settings: NodeJS.ProcessEnv;
}

/**
 * Serves the tarball beside an unpacked package as npm's registry would.
 *
 * n8n installs from registry.npmjs.org; another registry needs an Enterprise licence. So n8n keeps its setting, and the
 * `npm` that it finds first is one that asks this registry in place of that one. Whatever n8n itself would fetch from the
 * internet meets a closed port.
 * @param binFolder Where that `npm` is put.
 */
export async function startPackageRegistry(packageFolder: string, binFolder: string): Promise<PackageRegistry> {
  const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const { name, version } = manifest;
  const scratch = dirname(packageFolder);
  const tarball = readFileSync(join(scratch, readdirSync(scratch).find((file) => file.endsWith(".tgz")) ?? ""));
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const server = await startLoopbackServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    if (pathname === `/${name}/-/${name}-${version}.tgz`) {
      response.end(tarball);
    } else if (pathname === `/${name}`) {
      const dist = { tarball: `${server.baseUrl}/${name}/-/${name}-${version}.tgz`, integrity };
      const versions = { [version]: { ...manifest, dist } };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
    } else {
      response.writeHead(404).end('{ "error": "Not found" }');
    }
  });
  writeNpm(binFolder, server.baseUrl);
  const closedPort = "http://127.0.0.1:9";
  const settings: NodeJS.ProcessEnv = {
    PATH: `${binFolder}:${process.env["PATH"] ?? ""}`,
    HTTP_PROXY: closedPort,
    HTTPS_PROXY: closedPort,
    NO_PROXY: "127.0.0.1,localhost",
    NPM_CONFIG_UPDATE_NOTIFIER: "false",
    N8N_UNVERIFIED_PACKAGES_ENABLED: "true",
  };
  return { ...server, name, version, settings };
}

/** An `npm` that is the real one, with the registry of this test. */
function writeNpm(folder: string, registryUrl: string): void {
  const real = execFileSync("which", ["npm"], { encoding: "utf8" }).trim();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "npm");
  writeFileSync(
    file,
    `#!/bin/sh
for argument do
  shift
  case "$argument" in
    --registry=*) set -- "$@" "--registry=${registryUrl}" ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec "${real}" "$@"
`,
  );
  chmodSync(file, 0o755);
}
