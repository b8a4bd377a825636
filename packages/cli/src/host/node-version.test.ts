import { expect, test } from "vitest";
import core from "../../../core/package.json" with { type: "json" };
import cli from "../../package.json" with { type: "json" };
import { nodeVersionProblem } from "./node-version.ts";

test.each(["22.19.0", "22.20.1", "24.0.0", "100.1.0"])("Node %s will do", (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

test.each(["8.17.0", "20.20.2", "22.18.0", "22.2.0"])("Node %s is told what to install", (version) => {
  expect(nodeVersionProblem(version)).toBe(
    `Artdesk needs Node 22.19 or newer, and this is Node ${version}: install Node 24 from https://nodejs.org, or run \`nvm install 24\`.`,
  );
});

test("the command line needs the same Node as the library that it runs on", () => {
  expect(cli.engines.node).toBe(core.engines.node);
});
