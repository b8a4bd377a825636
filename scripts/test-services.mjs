// `pnpm test:services`: starts a real Redis and a real PostgreSQL on free loopback ports, runs the tests that need
// them, and stops what it started. Further arguments go to vitest; `--run SCRIPT ...` runs a script in place of the tests.
// Servers that already run can be given instead with ARTDESK_TEST_REDIS_URL and ARTDESK_TEST_POSTGRES_URL, and a browser
// with ARTDESK_TEST_CHROMIUM.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "artdesk-services-"));
const servers = [];
let tests;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`test:services: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function main() {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => tests?.kill(signal));
  const env = {
    ...process.env,
    ARTDESK_TEST_REDIS_URL: process.env.ARTDESK_TEST_REDIS_URL ?? (await startRedis()),
    ARTDESK_TEST_POSTGRES_URL: process.env.ARTDESK_TEST_POSTGRES_URL ?? (await startPostgres()),
    ARTDESK_TEST_CHROMIUM: process.env.ARTDESK_TEST_CHROMIUM ?? findChromium(),
  };
  const [first, ...rest] = process.argv.slice(2);
  const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--config", "vitest.services.config.ts"];
  const command = first === "--run" ? ["--conditions=source", ...rest] : [...vitest, ...process.argv.slice(2)];
  tests = spawn(process.execPath, command, {
    cwd: root,
    env,
    stdio: "inherit",
  });
  const tested = await new Promise((resolve) => tests.on("close", (code) => resolve(code ?? 1)));
  return lintWorkflows() || tested;
}

/** Part of a whole run only: the linters come from PyPI and Go's proxy, and say so when they are not there. */
function lintWorkflows() {
  if (process.argv.length > 2) return 0;
  const linted = spawnSync(process.execPath, [join(root, "scripts", "lint-workflows.mjs")], { stdio: "inherit" });
  return linted.status ?? 1;
}

async function startRedis() {
  const binary = findBinary("redis-server", "redis-server", () =>
    spawnSync("which", ["redis-server"]).stdout?.toString().trim(),
  );
  const port = await freePort();
  start("Redis", binary, [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    "no",
  ]);
  await untilListening("Redis", port);
  return `redis://127.0.0.1:${port}`;
}

async function startPostgres() {
  const initdb = findBinary("postgresql", "initdb", newestInitdb);
  const port = await freePort();
  const data = join(folder, "postgres");
  mkdirSync(data);
  // PostgreSQL refuses to run as root; its Debian package brings a user for it.
  const owner = isRoot ? userIds("postgres") : {};
  if (isRoot) {
    chmodSync(folder, 0o755);
    chownSync(data, owner.uid, owner.gid);
  }
  const made = spawnSync(initdb, ["-D", data, "-U", "artdesk", "--auth=trust", "--no-sync"], {
    ...owner,
    cwd: data,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    max_connections: "300",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  start("PostgreSQL", join(dirname(initdb), "postgres"), ["-D", data, "-p", String(port), ...flags], {
    ...owner,
    cwd: data,
  });
  await untilListening("PostgreSQL", port);
  return `postgres://artdesk@127.0.0.1:${port}/postgres`;
}

/** The server's program; installs its Debian package when it is missing and that is possible. */
function findBinary(debianPackage, name, find) {
  const found = find();
  if (found) return found;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    console.log(`Installing ${debianPackage} ...`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-q"], { env, stdio: "inherit" });
    spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", debianPackage], { env, stdio: "inherit" });
    const installed = find();
    if (installed) return installed;
  }
  throw new Error(
    `${name} is not there: install the package ${debianPackage}, or give the address of a running server.`,
  );
}

/** A browser for the tests of n8n's editor; empty without one: those tests then say that they are skipped. */
function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  try {
    return findBinary("chromium", "chromium", () => names.map(which).find(Boolean));
  } catch (error) {
    console.log(error.message);
    return "";
  }
}

function newestInitdb() {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).toSorted((left, right) => Number(right) - Number(left)) : [];
  const found = versions.map((version) => join(base, version, "bin", "initdb")).find((path) => existsSync(path));
  return found ?? which("initdb");
}

function which(name) {
  return spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim();
}

function userIds(user) {
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, user], { encoding: "utf8" }).stdout));
  if (!uid || !gid) throw new Error(`there is no user ${user} to run the server`);
  return { uid, gid };
}

function start(name, command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const server = { name, child, output: "", ended: undefined };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (server.output += data));
  server.ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(`ended with code ${code}`));
  });
  servers.push(server);
}

async function untilListening(name, port) {
  const server = servers.find((candidate) => candidate.name === name);
  const state = { ended: "" };
  void server.ended.then((how) => (state.ended = how));
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (state.ended) throw new Error(`${name} ${state.ended}: ${server.output}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} does not listen on port ${port}: ${server.output}`);
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function stopAll() {
  for (const { child, ended } of servers) {
    // SIGINT is PostgreSQL's fast shutdown.
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }
  rmSync(folder, { recursive: true, force: true });
}
