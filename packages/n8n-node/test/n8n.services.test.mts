import type { IDataObject } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { N8N_VERSION } from "../scripts/install-n8n.mts";
import { LEDGER_CREDENTIAL, PROVIDER_CREDENTIALS } from "../nodes/Artdesk/host/provider-credentials.ts";
import { asText } from "../nodes/Artdesk/words/read-text.ts";
import { ARTDESK } from "./harness/artdesk-runner.mts";
import { failureOf } from "./harness/three-posters.mts";
import { postgresUrl, startWholeN8n, type WholeN8n } from "./harness/whole-n8n.mts";

const MODES = [
  { mode: "in one process", redisUrl: undefined },
  { mode: "with two queue workers", redisUrl: process.env["ARTDESK_TEST_REDIS_URL"] },
];

describe.skipIf(postgresUrl === undefined).each(MODES)(`the whole n8n ${N8N_VERSION} $mode`, ({ redisUrl }) => {
  let whole: WholeN8n;
  beforeAll(async () => {
    whole = await startWholeN8n(redisUrl);
  }, 1_800_000);
  beforeEach(() => whole.simulator.reset());
  afterAll(() => whole?.close(), 60_000);

  const poster = (extra: IDataObject = {}): IDataObject => ({
    prompt: "={{ $json.thing }}",
    model: { __rl: true, mode: "id", value: "gpt-image-2" },
    options: { quality: "low" },
    ...extra,
  });

  it("lists the node, as a tool too, with its icon", async () => {
    const types = (await whole.n8n.get("/types/nodes.json")) as { name: string; iconUrl: unknown }[];
    const ours = types.filter(({ name }) => name.startsWith("n8n-nodes-artdesk."));
    expect(ours.map(({ name }) => name).toSorted((left, right) => left.localeCompare(right))).toEqual([
      ARTDESK,
      `${ARTDESK}Tool`,
    ]);
    const { light } = (ours[0] as (typeof ours)[number]).iconUrl as { light: string };
    const icon = await fetch(`${whole.n8n.baseUrl}/${light}`);
    expect([icon.status, icon.headers.get("content-type")]).toEqual([200, expect.stringContaining("svg")]);
  });

  it.each([...PROVIDER_CREDENTIALS.values(), LEDGER_CREDENTIAL])(
    "tests the credential %s, and finds a wrong address",
    async (type) => {
      const test = (data: IDataObject | undefined): Promise<unknown> =>
        whole.n8n.rest("POST", "/credentials/test", { credentials: { ...whole.credentials[type], type, data } });
      expect(await test(whole.credentialData[type])).toMatchObject({ status: "OK" });
      expect(await test({ ...whole.credentialData[type], baseUrl: `${whole.simulator.url}/nowhere` })).toMatchObject({
        status: "Error",
      });
    },
  );

  it("makes images, and links to files that n8n serves", async () => {
    const make = await whole.openWebhook("make", poster());
    const items = await make([{ thing: "one" }, { thing: "two" }]);
    expect(items.map(({ fileName }) => fileName)).toEqual(["one.png", "two.png"]);
    const file = await fetch(items[0]?.["url"] as string);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect((await file.arrayBuffer()).byteLength).toBe(items[0]?.["fileSizeBytes"]);
  });

  it("buys each image once in three tries", async () => {
    whole.simulator.faults([{ kind: "moderation", match: "two", times: 2 }]);
    const make = await whole.openWebhook("retry", poster(), { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 });
    expect((await make([{ thing: "one" }, { thing: "two" }])).map(({ fileName }) => fileName)).toEqual([
      "one.png",
      "two.png",
    ]);
    expect(whole.simulator.statement().images).toBe(2);
  });

  it("submits a batch, and collects it in later executions, paid once", async () => {
    const batch = { resource: "batch", tags: { client: "nightly" } };
    const submit = await whole.openWebhook(
      "submit",
      poster({ ...batch, operation: "submit", options: { quality: "low", batchDiscount: 50 } }),
    );
    const collect = await whole.openWebhook("collect", { ...batch, operation: "collect" });
    const [submitted] = await submit([{ thing: "one" }, { thing: "two" }]);
    expect(submitted).toMatchObject({ status: "submitted", images: 2, waitHours: 24 });
    expect(await collect([{}])).toMatchObject([{ status: "running", batchId: submitted?.["batchId"] }]);
    const collected = await collect([{}]);
    expect(collected.map(({ status, fileName }) => [status, fileName])).toEqual([
      ["made", "one.png"],
      ["made", "two.png"],
    ]);
    expect((await fetch(collected[0]?.["url"] as string)).status).toBe(200);
    const { totalMicroUsd, images } = whole.simulator.statement();
    const report = await whole.openWebhook("nightly", { resource: "budget", operation: "get", scopes: ["client"] });
    const books = (await report([{}])).find(({ label }) => asText(label).startsWith("client nightly"));
    expect(books).toMatchObject({ spentUsd: totalMicroUsd / 1e6, reservedUsd: 0, possiblyBilledUsd: 0, images });
    const costs = collected.map(({ costUsd }) => Math.round(Number(costUsd) * 1e6));
    expect([images, costs.reduce((sum, cost) => sum + cost, 0)]).toEqual([2, totalMicroUsd]);
  });

  it("keeps one month's budget in its data table, over 40 executions that race", async () => {
    const monthly = poster({
      books: "dataTable",
      tags: { client: "acme" },
      budget: { clientMonthUsd: 0.09, onExceeded: "stop" },
    });
    const make = await whole.openWebhook("budget", monthly, { onError: "continueRegularOutput" });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => make([{ thing: `poster ${index}` }])));
    const items = answers.flat();
    const { totalMicroUsd, images } = whole.simulator.statement();
    expect(totalMicroUsd).toBeLessThanOrEqual(90_000);
    expect(items).toHaveLength(40);
    const made = items.filter(({ fileName }) => fileName !== undefined);
    expect(made).toHaveLength(images);
    // Money for another image may stay unused by the largest price one may have, not by more.
    expect(images).toBeGreaterThanOrEqual(13);
    expect(Math.round(made.reduce((sum, { costUsd }) => sum + Number(costUsd), 0) * 1e6)).toBe(totalMicroUsd);
    const losers = items.map((json) => failureOf({ json })).filter((failure) => failure !== undefined);
    expect(losers).toHaveLength(40 - images);
    for (const loser of losers) {
      expect(loser).toMatchObject({ code: "budget_exceeded", costUsd: 0, possiblyBilledUsd: 0 });
      expect(loser["message"]).toMatch(/^Client acme \(\d{4}-\d\d\): \$[\d.]+ is left/);
      expect(loser["hint"]).toContain("'Client per Month'");
    }

    const report = await whole.openWebhook("report", {
      resource: "budget",
      operation: "get",
      limits: { clientMonthUsd: 0.09 },
      scopes: ["client"],
    });
    const [books] = await report([{}]);
    expect(books).toMatchObject({ limitUsd: 0.09, spentUsd: totalMicroUsd / 1e6, reservedUsd: 0, images });
    const overMicroUsd = Math.max(0, totalMicroUsd - 90_000);
    console.log(
      `${redisUrl === undefined ? "One process" : "Two queue workers"}: 40 executions at once, ${images} made, ` +
        `${losers.length} told that the budget is spent, ${overMicroUsd} micro-USD over, ` +
        `statement ${totalMicroUsd}, ledger ${Math.round(Number(books?.["spentUsd"]) * 1e6)}.`,
    );
  }, 300_000);
});
