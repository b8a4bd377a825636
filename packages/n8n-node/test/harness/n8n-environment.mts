import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

/** The names of n8n's indexes are the same in every set of tables: so each server has a database of its own. */
export async function createDatabase(postgresUrl: string, name: string): Promise<string> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * n8n's AI nodes load the SQLite driver, whose compiled part is not installed. On PostgreSQL nothing calls it, so an empty
 * one does.
 */
const EMPTY_SQLITE_DRIVER = `
const Module = require("node:module");
const load = Module._load;
const driver = { verbose: () => driver, Database: class {} };
Module._load = (request, ...rest) => (request === "sqlite3" ? driver : load.call(Module, request, ...rest));
`;

/** The settings of one n8n: alone on its port, its folder and its database, and silent towards the world. */
export function n8nEnvironment(options: N8nServerOptions, folder: string, port: number): NodeJS.ProcessEnv {
  const database = new URL(options.postgresUrl);
  const redis = options.redisUrl === undefined ? undefined : new URL(options.redisUrl);
  const driver = join(folder, "empty-sqlite-driver.cjs");
  writeFileSync(driver, EMPTY_SQLITE_DRIVER);
  return {
    NODE_OPTIONS: `--require=${driver}`,
    PATH: process.env["PATH"],
    HOME: folder,
    N8N_USER_FOLDER: folder,
    N8N_LISTEN_ADDRESS: "127.0.0.1",
    N8N_HOST: "127.0.0.1",
    N8N_PORT: String(port),
    N8N_SECURE_COOKIE: "false",
    N8N_ENCRYPTION_KEY: "0123456789abcdef0123456789abcdef",
    N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
    N8N_TEMPLATES_ENABLED: "false",
    N8N_PERSONALIZATION_ENABLED: "false",
    N8N_VERIFIED_PACKAGES_ENABLED: "false",
    N8N_DISABLED_MODULES: "mcp-registry",
    GENERIC_TIMEZONE: "UTC",
    DB_TYPE: "postgresdb",
    DB_POSTGRESDB_HOST: database.hostname,
    DB_POSTGRESDB_PORT: database.port,
    DB_POSTGRESDB_DATABASE: database.pathname.slice(1),
    DB_POSTGRESDB_USER: database.username,
    DB_POSTGRESDB_PASSWORD: database.password === "" ? "unused" : database.password,
    ...(redis === undefined
      ? {}
      : {
          EXECUTIONS_MODE: "queue",
          OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: "true",
          QUEUE_BULL_REDIS_HOST: redis.hostname,
          QUEUE_BULL_REDIS_PORT: redis.port,
          QUEUE_BULL_PREFIX: `n8n${port}`,
        }),
  };
}

export interface N8nServerOptions {
  /** n8n's start script. */
  start: string;
  /** The package, unpacked, put where n8n's installer would; undefined: nothing is installed. */
  packageFolder: string | undefined;
  postgresUrl: string;
  /** Executions go through this Redis to two workers, as in n8n's queue mode; undefined: n8n runs them itself. */
  redisUrl: string | undefined;
  /** Settings besides those of every test. */
  settings?: NodeJS.ProcessEnv | undefined;
}
