import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readRecordings } from "./recording.ts";
import { startReplay, type Replay } from "./start-replay.ts";

const PIXEL = Buffer.from("a small picture");
const folders: string[] = [];
const replays: Replay[] = [];

afterEach(async () => {
  for (const replay of replays.splice(0)) await replay.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderOf(recordings: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-replay-"));
  folders.push(folder);
  for (const name of ["cases", "images"]) mkdirSync(join(folder, name));
  for (const [name, recording] of Object.entries(recordings))
    writeFileSync(
      join(folder, "cases", `${name}.json`),
      typeof recording === "string" ? recording : JSON.stringify(recording),
    );
  writeFileSync(join(folder, "images", "jpeg-8x8.jpg"), PIXEL);
  return folder;
}

const start = async (recordings: Readonly<Record<string, unknown>>): Promise<Replay> => {
  const replay = await startReplay(folderOf(recordings));
  replays.push(replay);
  return replay;
};

const batch = {
  id: "batch",
  responses: [
    {
      match: "^POST /v1/batches$",
      status: 200,
      headers: { "x-request-id": "r1" },
      body: { id: "$ID0", n: "$BATCHNAME" },
    },
    { match: "^GET /v1/batches/", status: 200, headers: {}, body: { status: "running" } },
    {
      match: "^GET /v1/batches/",
      status: 200,
      headers: {},
      body: { url: "$HOST/files/a", image: { $image: "jpeg:8x8" } },
    },
    { match: "^GET /lines$", status: 200, headers: {}, bodyJsonLines: [{ id: "$ID0" }, { long: { $pad: 5 } }] },
    { match: "^GET /files/", status: 200, headers: { "content-type": "image/jpeg" }, bodyFile: "jpeg:8x8" },
    { match: "^GET /page$", status: 520, headers: { "content-type": "text/html" }, body: "<html></html>" },
  ],
};
const refused = { id: "refused", responses: [{ match: "POST", status: 429, headers: {}, body: { error: 1 } }] };

test("each reply that fits is given once, the last again and again, with every placeholder filled", async () => {
  const { url, calls } = await start({ batch });
  const submitted = await fetch(`${url}/v1/batches`, {
    method: "POST",
    body: JSON.stringify({ displayName: "b-1", lines: [{ custom_id: "line-7" }, { custom_id: "line-8" }] }),
  });
  expect([submitted.headers.get("x-request-id"), await submitted.json()]).toEqual(["r1", { id: "line-7", n: "b-1" }]);
  const ask = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const done = { url: `${url}/files/a`, image: PIXEL.toString("base64") };
  expect([await ask("/v1/batches/1"), await ask("/v1/batches/1"), await ask("/v1/batches/1")]).toEqual([
    { status: "running" },
    done,
    done,
  ]);
  expect(await (await fetch(`${url}/lines`)).text()).toBe('{"id":"line-7"}\n{"long":"AAAAA"}\n');
  expect(Buffer.from(await (await fetch(`${url}/files/a`)).arrayBuffer())).toEqual(PIXEL);
  const page = await fetch(`${url}/page`);
  expect([page.status, page.headers.get("content-type"), await page.text()]).toEqual([
    520,
    "text/html",
    "<html></html>",
  ]);
  expect(calls.length).toBe(7);
});

test("a call that nothing recorded fits is answered with 599 and its line", async () => {
  const { url } = await start({ batch });
  const reply = await fetch(`${url}/v1/images/generations`, { method: "POST" });
  expect([reply.status, await reply.text()]).toEqual([599, "Nothing recorded fits: POST /v1/images/generations\n"]);
});

test("one is played at a time, chosen by its id; an unknown one is refused and changes nothing", async () => {
  const replay = await start({ batch, refused });
  const choose = (id: string) => fetch(`${replay.url}/_sim/replay`, { method: "POST", body: JSON.stringify({ id }) });
  const list = async (): Promise<unknown> => (await fetch(`${replay.url}/_sim/replay`)).json();
  expect(await list()).toEqual({ recordings: ["batch", "refused"], playing: "batch" });
  expect((await choose("refused")).status).toBe(200);
  expect((await fetch(`${replay.url}/anything`, { method: "POST" })).status).toBe(429);
  const wrong = await choose("nobody");
  expect([wrong.status, await wrong.text()]).toEqual([400, "there is no recording nobody\n"]);
  expect(await list()).toMatchObject({ playing: "refused" });
  expect(() => replay.play("nobody")).toThrow("there is no recording nobody");
});

test.each([
  ["nothing in it", {}, /there are no recordings/],
  ["a file that is no JSON", { a: "{" }, /a\.json is not JSON/],
  ["a file that is no recording", { a: { id: "a", responses: [{ status: 200 }] } }, /a\.json is no recording/],
])("a folder with %s is refused", (_, recordings, why) => {
  expect(() => readRecordings(folderOf(recordings))).toThrow(why);
});

test("a folder that is not there is refused", () => {
  expect(() => readRecordings(join(tmpdir(), "artdesk-no-such-folder"))).toThrow(/there is no folder/);
});
