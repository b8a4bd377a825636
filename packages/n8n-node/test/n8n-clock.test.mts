import { describe, expect, it } from "vitest";
import { n8nClock } from "../nodes/Artdesk/host/n8n-clock.ts";
import { n8nCodec, n8nRandom } from "../nodes/Artdesk/host/n8n-codec.ts";

describe("n8nClock", () => {
  it("wakes at the end of the time", async () => {
    await expect(n8nClock.sleep(1)).resolves.toBeUndefined();
  });

  it("wakes at once when the signal aborts or has aborted", async () => {
    const stop = new AbortController();
    const sleeping = n8nClock.sleep(3_600_000, stop.signal);
    stop.abort();
    await expect(sleeping).resolves.toBeUndefined();
    await expect(n8nClock.sleep(3_600_000, stop.signal)).resolves.toBeUndefined();
  });
});

describe("n8nCodec", () => {
  it("hashes text and bytes alike", () => {
    const hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    expect(n8nCodec.sha256Hex("hello")).toBe(hash);
    expect(n8nCodec.sha256Hex(new TextEncoder().encode("xhello").subarray(1))).toBe(hash);
  });

  it("writes base64 and reads it into the place given", () => {
    const ascii = new TextEncoder().encode(n8nCodec.encodeBase64(new Uint8Array([0, 250, 7])));
    const target = new Uint8Array(5);
    expect(n8nCodec.decodeBase64Into(ascii, target, 1)).toBe(3);
    expect([...target]).toEqual([0, 0, 250, 7, 0]);
  });

  it.each(["abc", "ab-_", "a_bc"])("takes %s for what it is: no base64", (text) => {
    expect(n8nCodec.decodeBase64Into(new TextEncoder().encode(text), new Uint8Array(8), 0)).toBe(0);
  });
});

describe("n8nRandom", () => {
  it("gives ids of letters, digits and dashes that differ", () => {
    const ids = new Set(Array.from({ length: 100 }, () => n8nRandom.id()));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[\w-]+$/);
    expect(n8nRandom.next()).toBeLessThan(1);
  });
});
