import { ArtdeskError } from "../basics/errors.ts";

/** A file's address that may be fetched. */
export interface DownloadAddress {
  url: string;
  /** The address lies at the origin of the provider's base URL: the key may go along. */
  signed: boolean;
  /** A host that was not configured: its name must not lead to a private address. */
  foreign: boolean;
}

/**
 * Decides whether a file may be fetched from an address that a reply named. A reply is not trusted: it must not make
 * this machine ask hosts of its own network, nor carry a key to anybody else.
 *
 * Allowed are the origin of the provider's base URL, and any public host over https. Loopback is allowed only when the
 * base URL is loopback itself, as in tests.
 *
 * @throws ArtdeskError `bad_response` with `billed: "unknown"`: the file exists, so it is probably paid for.
 */
export function checkDownloadAddress(address: string, baseUrl: string, provider: string): DownloadAddress {
  const url = parseUrl(address);
  const base = parseUrl(baseUrl);
  if (url === undefined || base === undefined) throw refused(provider, "it is not an absolute address");
  if (url.username !== "" || url.password !== "") throw refused(provider, "it holds a user name or a password");
  if (url.origin === base.origin) return { url: url.href, signed: true, foreign: false };
  if (isLoopback(url.hostname) && isLoopback(base.hostname) && /^https?:$/.test(url.protocol)) {
    return { url: url.href, signed: false, foreign: false };
  }
  if (url.protocol !== "https:") throw refused(provider, `it is not https (${url.protocol.slice(0, 20)})`);
  if (isPrivateHost(url.hostname)) throw refused(provider, `${url.hostname} is not a public host`);
  return { url: url.href, signed: false, foreign: true };
}

/**
 * Whether a host name or an IP address (IPv6 with or without brackets) belongs to this machine or to a network that is
 * not public: loopback, private, link-local, shared, documentation, multicast and reserved ranges
 * (IANA special-purpose address registries), and names that only local resolvers know.
 */
export function isPrivateHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\[|\]$/g, "");
  if (name.includes(":")) return !isPublicIpv6(name);
  const octets = ipv4Octets(name);
  if (octets !== undefined) return !isPublicIpv4(octets);
  return !name.includes(".") || /\.(localhost|local|internal|lan|home\.arpa|onion)$/.test(name);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || ipv4Octets(host)?.[0] === 127;
}

function ipv4Octets(name: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  return match?.slice(1).map(Number);
}

function isPublicIpv4([first = 0, second = 0, third = 0]: readonly number[]): boolean {
  if (first === 0 || first === 10 || first === 127 || first >= 224) return false;
  if (first === 100 && second >= 64 && second < 128) return false;
  if (first === 169 && second === 254) return false;
  if (first === 172 && second >= 16 && second < 32) return false;
  if (first === 192 && (second === 168 || (second === 0 && (third === 0 || third === 2)))) return false;
  if (first === 192 && second === 88 && third === 99) return false;
  if (first === 198 && (second === 18 || second === 19 || (second === 51 && third === 100))) return false;
  return !(first === 203 && second === 0 && third === 113);
}

/** Global unicast is 2000::/3; tunnels and documentation inside it can stand for private addresses. */
function isPublicIpv6(name: string): boolean {
  const [first = "", second = ""] = name.split(":");
  const high = Number.parseInt(first, 16);
  if (!(high >= 0x2000 && high <= 0x3fff)) return false;
  const low = Number.parseInt(second === "" ? "0" : second, 16);
  return high !== 0x2002 && !(high === 0x2001 && (low === 0 || low === 0xdb8));
}

function parseUrl(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function refused(provider: string, why: string): ArtdeskError {
  return new ArtdeskError({
    code: "bad_response",
    shortMessage: `The image's address in the reply is refused: ${why}.`,
    hint: "The image may have been billed. Look at the provider's own pages for it.",
    provider,
    billed: "unknown",
  });
}
