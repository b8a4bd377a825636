import { describe, expect, it } from "vitest";
import {
  COMMENT_MAX_CHARACTERS,
  markerOf,
  renderComment,
  renderPullRequestBody,
  renderSummary,
  SUMMARY_MAX_BYTES,
} from "../src/tell/comment.ts";
import { githubTree, nodesOf, textOf } from "./harness/github-html.ts";
import { HOSTILE_TEXTS, SAMPLE_REPORTS, sampleAsset, sampleReport } from "./harness/report-samples.ts";

const sample = (name: string) => SAMPLE_REPORTS[name] ?? sampleReport("plan", []);

describe.each(Object.keys(SAMPLE_REPORTS))("%s", (name) => {
  it("reads as its golden file", async () => {
    await expect(renderComment(sample(name), "default")).toMatchFileSnapshot(`./goldens/${name}.md`);
  });

  it("has a summary that reads as its golden file", async () => {
    await expect(renderSummary(sample(name))).toMatchFileSnapshot(`./goldens/${name}-summary.md`);
  });

  it("starts with the marker and stays below GitHub's limit", () => {
    const comment = renderComment(sample(name), "default");
    expect(comment.split("\n")[0]).toBe(markerOf("default"));
    expect(comment.length).toBeLessThanOrEqual(COMMENT_MAX_CHARACTERS);
    expect(renderPullRequestBody(sample(name)).length).toBeLessThanOrEqual(COMMENT_MAX_CHARACTERS);
    expect(Buffer.byteLength(renderSummary(sample(name)))).toBeLessThan(SUMMARY_MAX_BYTES);
  });
});

it("says what a plan costs and what is left", () => {
  expect(renderComment(sample("plan"), "default")).toContain(
    "**This pull request would make 3 images for about $0.19 (at most $0.22).** $9.30 of $10.00 left (month 2026-11).",
  );
});

it("puts failures first and keeps them when the rest is cut, and says what was cut", () => {
  const comment = renderComment(sample("four-hundred"), "default");
  expect(comment.indexOf("No prompt below")).toBeLessThan(comment.indexOf("image-0.png"));
  const shown =
    comment.match(/<code>docs\/image-\d+&#46;?\.?png<\/code>/g) ?? comment.match(/docs\/image-\d+\.png<\/code>/g) ?? [];
  const cut = Number(/Cut here for GitHub's limit:\*\* (\d+) images/.exec(comment)?.[1]);
  expect(shown.length + cut).toBe(400);
  expect(cut).toBeGreaterThan(0);
  expect(comment).toContain("800 rejected offers");
  expect(renderSummary(sample("four-hundred"))).not.toContain("Cut here");
});

describe("hostile texts", () => {
  const comment = renderComment(sample("hostile"), "default");
  const tree = githubTree(comment);
  const elements = nodesOf(tree).filter((node) => node.type === "element");

  it("become no element that we did not write", () => {
    const ours = "a blockquote br code details img p strong sub summary table tbody td th thead tr".split(" ");
    expect(new Set(elements.map(({ tagName }) => tagName))).toEqual(new Set(ours));
  });

  it("become no address but a web address, with nothing of it outside the attribute", () => {
    const addresses = elements.flatMap(({ properties }) => [properties?.["href"], properties?.["src"]]).filter(Boolean);
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^https:\/\/evil\.example\/%22/);
    const names = elements.flatMap(({ properties }) => Object.keys(properties ?? {}));
    expect(new Set(names)).toEqual(new Set(["alt", "href", "src", "width"]));
  });

  it("keep the table's shape", () => {
    const rows = elements
      .filter(({ tagName }) => tagName === "tr")
      .map((row) => row.children?.filter(({ type }) => type === "element").length);
    expect(new Set(rows)).toEqual(new Set([3, 6]));
    // Three heads, a failure or an image for each text, and a rejected offer for each image.
    expect(rows).toHaveLength(3 + HOSTILE_TEXTS.length + Math.ceil(HOSTILE_TEXTS.length / 2));
  });

  it("mention nobody, refer to nothing and link nowhere", () => {
    const text = nodesOf(tree)
      .map(({ value }) => value ?? "")
      .join("\n");
    expect(text).not.toMatch(/@[a-z0-9]/i);
    expect(text).not.toMatch(/#\d/);
    expect(text).not.toMatch(/https?:|www\.|GH-\d/i);
  });

  it("leave the marker line alone, and no character that hides or turns text", () => {
    expect(comment.match(/<!--/g)).toHaveLength(2);
    expect(comment.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each(HOSTILE_TEXTS)("%j still reads the same to a person", (text) => {
    const shown = githubTree(
      renderComment(sampleReport("generate", [sampleAsset("x", { reasons: [text] })]), "default"),
    );
    const expected = text
      .replace(/\s+/g, " ")
      .replace(/[\p{Cc}\p{Cf}]/gu, "")
      .trim();
    expect(textOf(shown).replaceAll("\u200B", "")).toContain(expected);
  });
});

it("says what changed since the version before, once", () => {
  const first = renderComment(sampleReport("plan", [sampleAsset("a")]), "default");
  const two = sampleReport("plan", [sampleAsset("a"), sampleAsset("b")]);
  const second = renderComment(two, "default", first);
  expect(second).toContain("Before: 1 image, $0.053. Now: 2 images, $0.11.");
  expect(renderComment(two, "default", second)).toBe(second);
  expect(first).not.toContain("Before:");
});

it("takes nothing but figures from the version before", () => {
  const forged = "<!-- artdesk:default -->\n<!-- artdesk-state 9999999999999 1 -->\n<!-- artdesk-state 1 <img> -->";
  expect(renderComment(sample("plan"), "default", forged)).toBe(renderComment(sample("plan"), "default"));
});
