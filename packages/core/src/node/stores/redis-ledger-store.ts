import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore } from "../../basics/ports.ts";
import { loadDriver, parseStoreAddress, type StoreAddress, withinTime } from "./store-address.ts";

export interface RedisLedgerStoreOptions {
  /** `redis://` or, with TLS, `rediss://`. */
  url: string;
  /** Goes before each key, so that several ledgers fit into one database. @default "" */
  keyPrefix?: string | undefined;
  /** Longest wait for a connection and for an answer. @default 10_000 */
  timeoutMs?: number | undefined;
}

/** One round trip, atomic on the server. An absent key has the version "". */
const WRITE_SCRIPT = `
local version = redis.call("HGET", KEYS[1], "version") or ""
if version ~= ARGV[1] then return 0 end
redis.call("HSET", KEYS[1], "value", ARGV[2], "version", tostring((tonumber(version) or 0) + 1))
return 1
`;

/**
 * Keeps the ledger in Redis, for any number of machines. How much survives a crash of the server is its own setting:
 * `appendonly yes` with `appendfsync always` loses nothing, `everysec` up to a second.
 */
export function createRedisLedgerStore(options: RedisLedgerStoreOptions): LedgerStore {
  const { url, keyPrefix = "", timeoutMs = 10_000 } = options;
  const address = parseStoreAddress(url, 6379);
  let connection: Promise<RedisConnection> | undefined;

  const start = (): Promise<RedisConnection> => {
    const forget = (): void => {
      if (connection === pending) connection = undefined;
    };
    const pending = connect(url, timeoutMs, address, forget);
    pending.catch(forget);
    return pending;
  };

  const call = async <T>(work: (connection: RedisConnection) => Promise<T>): Promise<T> => {
    try {
      const open = await (connection ??= start());
      return await withinTime(work(open), timeoutMs, open.destroy);
    } catch (error) {
      throw isArtdeskError(error) ? error : address.unavailable(error);
    }
  };

  return {
    read: (key) =>
      call(async (open) => {
        const [value, version] = await open.get(`${keyPrefix}${key}`);
        return typeof value === "string" && typeof version === "string" ? { value, version } : undefined;
      }),
    write: (key, value, version) =>
      call(async (open) => {
        const written = await open.evaluate(WRITE_SCRIPT, `${keyPrefix}${key}`, [version ?? "", value]);
        return written === 1 ? "ok" : "conflict";
      }),
    async close() {
      const pending = connection;
      connection = undefined;
      const open = await pending?.catch(() => undefined);
      open?.destroy();
    },
  };
}

/** What the store needs of a client, whatever its many types are. */
interface RedisConnection {
  get(key: string): Promise<readonly unknown[]>;
  evaluate(script: string, key: string, values: string[]): Promise<unknown>;
  destroy: () => void;
}

async function connect(
  url: string,
  timeoutMs: number,
  address: StoreAddress,
  onEnd: () => void,
): Promise<RedisConnection> {
  const { createClient } = await loadDriver("redis", () => import("redis"));
  // A lost connection fails the calls that wait on it; the next call makes a new one.
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
  });
  const destroy = (): void => {
    if (client.isOpen) client.destroy();
    onEnd();
  };
  client.on("error", destroy);
  client.on("end", destroy);
  try {
    await withinTime(client.connect(), timeoutMs, destroy);
    refuseEviction(await withinTime(readMemoryInfo(client), timeoutMs, destroy), address);
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    get: (key) => client.hmGet(key, ["value", "version"]),
    evaluate: (script, key, values) => client.eval(script, { keys: [key], arguments: values }),
    destroy,
  };
}

/** Empty where the user may not ask. */
async function readMemoryInfo(client: { info(section: string): Promise<string> }): Promise<string> {
  try {
    return await client.info("memory");
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOPERM")) return "";
    throw error;
  }
}

/** A server that throws keys away when it is full would set the budgets back to zero. */
function refuseEviction(memoryInfo: string, address: StoreAddress): void {
  const limit = /^maxmemory:(\d+)/m.exec(memoryInfo)?.[1] ?? "0";
  const policy = /^maxmemory_policy:([\w-]+)/m.exec(memoryInfo)?.[1] ?? "noeviction";
  if (limit === "0" || !policy.startsWith("allkeys-")) return;
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `The Redis server at ${address.label} may throw the ledger away when its memory is full (maxmemory-policy ${policy}).`,
    hint: "Set maxmemory-policy to noeviction or to one of the volatile- policies, or use another server: a lost ledger would start the budgets at zero.",
  });
}
