import { existsSync, readFileSync } from "node:fs";
import { resolve, join } from "node:path";
import { readRecordings, startReplay, type Recording, type Replay } from "@artdesk/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFolder, runArtdesk } from "./cli-process.ts";

/** Real exchanges with the providers, kept beside the repository: they come from public projects and are not copied. */
const FOLDER = resolve(import.meta.dirname, "../../../../shared/recordings");
const hasRecordings = existsSync(FOLDER);

interface Driven extends Recording {
  run: {
    model?: string;
    frontMatter?: Record<string, unknown> | null;
    operation?: string;
    references?: readonly string[];
    files?: Record<string, string | { $image: string }>;
    "artdesk.yml"?: Record<string, unknown>;
    command: string[];
    thenCommands?: string[][];
  };
  right: string;
}

interface Generated {
  assets: {
    status: string;
    images: number;
    costMicroUsd: number;
    possiblyBilledMicroUsd: number;
    attempts?: { billed: string; posts: number }[];
    error?: { code: string; message: string; hint?: string };
  }[];
  totals: { costMicroUsd: number; images: number };
}

const image = (name: string): Buffer => {
  const [type = "", pixels = ""] = name.split(":");
  return readFileSync(join(FOLDER, "images", `${type}-${pixels}.${type === "jpeg" ? "jpg" : type}`));
};

let replay: Replay;

/** The workspace that a recording was made for. */
function workspaceOf({ run }: Driven): string {
  const references = (run.references ?? []).map((name, index) => ({
    file: `reference-${index}.png`,
    bytes: image(name),
  }));
  const head = {
    ...(run.model !== undefined && { model: run.model }),
    ...run.frontMatter,
    ...(run.operation !== undefined && { operation: run.operation }),
    ...(references.length > 0 && { references: references.map(({ file }) => file) }),
  };
  const config = JSON.parse(
    JSON.stringify({ version: 1, budget: { month: 5 }, ...run["artdesk.yml"] }).replaceAll("$B", replay.url),
  ) as object;
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return makeFolder({
    "artdesk.yml": JSON.stringify(config),
    "x.image.md": `---\n${lines.join("\n")}\n---\nA red fox in the snow.\n`,
    ...Object.fromEntries(references.map(({ file, bytes }) => [file, bytes])),
    ...Object.fromEntries(
      Object.entries(run.files ?? {}).map(([file, content]) => [
        file,
        typeof content === "string" ? content : image(content.$image),
      ]),
    ),
  });
}

async function drive(
  recording: Driven,
): Promise<{ first: Generated; last: Generated; text: string; calls: number; folder: string }> {
  replay.play(recording.id);
  const folder = workspaceOf(recording);
  const run = async (command: readonly string[]): Promise<string> =>
    (await runArtdesk(folder, [...command, "--json"], replay.env)).stdout;
  const text = await run(recording.run.command);
  const calls = replay.calls.length;
  let last = text;
  for (const command of recording.run.thenCommands ?? []) last = await run(command);
  return { first: JSON.parse(text) as Generated, last: JSON.parse(last) as Generated, text, calls, folder };
}

/** Recordings whose provider asks to wait for half a minute: in the services tests. */
const SLOW = new Set(["ju02-gemini-429-per-minute", "oe03-429-images-per-min"]);

/** Drives the recordings that are slow, or those that are not. */
export function testRecordings(speed: "slow" | "quick"): void {
  describe.skipIf(!hasRecordings)("every recorded exchange", () => {
    beforeAll(async () => {
      replay = await startReplay(FOLDER);
    });
    afterAll(() => replay.close());

    const recordings = hasRecordings
      ? (readRecordings(FOLDER).recordings as Driven[]).filter(({ id }) => SLOW.has(id) === (speed === "slow"))
      : [];

    /** Recordings whose right answer is a sentence of its own. */
    const SPECIAL: Readonly<Record<string, (recording: Driven) => Promise<void>>> = {
      "fa02-units-not-images": (recording) => expectGenerated(recording, 1, 50_000),
      "oa13-gpt-image-1.5-n2-two-images": (recording) => expectGenerated(recording, 2, 108_166),
      "ge17-IMAGE_OTHER-not-charged": async (recording) => {
        const error = await expectFailed(recording, "bad_response", "no");
        expect(error.message).toContain("You will not be charged for this request. Try rephrasing the prompt.");
        expect(error.hint).toBe("Reword the prompt.");
      },
      "ge18-503-high-demand": async (recording) => {
        await expectFailed(recording, "unavailable", "no", 3);
      },
      "oe15-moderation-stage-top-level": async (recording) => {
        await expectFailed(recording, "content_refused", "unknown");
      },
      "or07-gemini-moderation-400": async (recording) => {
        await expectFailed(recording, "content_refused", "no");
      },
      "or10-200-error-envelope": async (recording) => {
        const error = await expectFailed(recording, "quota_exhausted", "no");
        expect(error.message).toContain("exceeded your current quota");
      },
      "ju02-gemini-429-per-minute": async (recording) => {
        const { text } = await drive(recording);
        expect(text).not.toContain("billing");
        expect(text).toContain("429");
      },
      "ba01-openai-batch": expectCollected,
      "ba03-gemini-batch": expectCollected,
    };

    async function expectGenerated(recording: Driven, images: number, costMicroUsd: number): Promise<void> {
      const { first } = await drive(recording);
      const [asset] = first.assets;
      expect(asset?.error).toBeUndefined();
      expect([asset?.status, asset?.images, first.totals.costMicroUsd]).toEqual(["generated", images, costMicroUsd]);
    }

    async function expectFailed(
      recording: Driven,
      code: string,
      billed: string,
      calls?: number,
    ): Promise<{ message: string; hint?: string }> {
      const driven = await drive(recording);
      const [asset] = driven.first.assets;
      expect([asset?.error?.code, asset?.attempts?.at(-1)?.billed]).toEqual([code, billed]);
      if (calls !== undefined) expect(driven.calls).toBe(calls);
      if (billed === "no") expect([asset?.costMicroUsd, asset?.possiblyBilledMicroUsd]).toEqual([0, 0]);
      return asset?.error ?? { message: "" };
    }

    async function expectCollected(recording: Driven): Promise<void> {
      const { first, folder } = await drive(recording);
      expect(first.assets[0]?.status).toBe("submitted");
      const { code, stdout } = await runArtdesk(folder, ["budget", "--json"], replay.env);
      const { balances, unknown } = JSON.parse(stdout) as {
        balances: { reservedMicroUsd: number }[];
        unknown: unknown[];
      };
      // Nothing stays open, whichever way the recorded batch ended.
      expect([code, balances[0]?.reservedMicroUsd, unknown]).toEqual([0, 0, []]);
    }

    test.each(recordings.map((recording) => [recording.id, recording] as const))("%s", async (id, recording) => {
      const special = SPECIAL[id];
      if (special) return special(recording);
      const generated = /^generated, (\d+) image\(s\), (\d+) micro-USD/.exec(recording.right);
      if (generated) return expectGenerated(recording, Number(generated[1]), Number(generated[2]));
      const failed = /^(\w+), billed (\w+), (\d+) call\(s\)/.exec(recording.right);
      if (!failed) throw new Error(`no way to read: ${recording.right}`);
      await expectFailed(recording, failed[1] ?? "", failed[2] ?? "", Number(failed[3]));
    });
  });

  test.runIf(!hasRecordings)(
    "skips the recorded exchanges: there is no ../shared/recordings beside this checkout",
    () => {
      expect(hasRecordings).toBe(false);
    },
  );
}
