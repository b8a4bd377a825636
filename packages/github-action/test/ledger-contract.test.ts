import { ledgerContract } from "@artdesk/core/testing";
import { afterAll, beforeAll, test, vi } from "vitest";
import { createOctokitClient } from "../src/github/octokit-client.ts";
import { createGitRefLedgerStore } from "../src/make/ledger-ref.ts";
import { OWNER, REPO, startGitHubEmulator, type GitHubEmulator } from "./harness/emulator.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** The contract that every ledger store keeps, here over GitHub's REST API as the emulator serves it. */
let github: GitHubEmulator;
let token: string;

beforeAll(async () => {
  github = await startGitHubEmulator();
  token = await github.installationToken({ contents: "write" });
});
afterAll(() => github.close());

ledgerContract(
  "git ref",
  (area) => {
    const client = createOctokitClient(token, github.url);
    return createGitRefLedgerStore({ client, owner: OWNER, repo: REPO, ref: `heads/artdesk/ledger-${area}` });
  },
  { test },
);
