// Commits the built bundle on top of the checked-out commit, tags it vX.Y.Z and vX, and pushes only the tags.
// VERSION and GITHUB_TOKEN come from the environment; the token reaches git in its environment, not on a command line.
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const {
  VERSION = "",
  GITHUB_TOKEN = "",
  GITHUB_SERVER_URL = "https://github.com",
  GITHUB_REPOSITORY = "",
} = process.env;
const [, major] = /^(\d+)\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.exec(VERSION) ?? [];
if (major === undefined) {
  console.error(`VERSION ${JSON.stringify(VERSION)} is not a version such as 1.2.3.`);
  process.exit(2);
}

const credentials = Buffer.from(`x-access-token:${GITHUB_TOKEN}`).toString("base64");
const env = {
  ...process.env,
  GIT_TERMINAL_PROMPT: "0",
  GIT_CONFIG_COUNT: "3",
  GIT_CONFIG_KEY_0: `http.${GITHUB_SERVER_URL}/.extraheader`,
  GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${credentials}`,
  GIT_CONFIG_KEY_1: "user.name",
  GIT_CONFIG_VALUE_1: "github-actions[bot]",
  GIT_CONFIG_KEY_2: "user.email",
  GIT_CONFIG_VALUE_2: "41898282+github-actions[bot]@users.noreply.github.com",
};
const git = (...args) => execFileSync("git", args, { cwd: root, env, stdio: "inherit" });
const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`;

git("checkout", "--quiet", "--detach");
git("add", "--force", "packages/github-action/dist");
git("commit", "--quiet", "--message", `Release v${VERSION}`);
git("tag", `v${VERSION}`);
// A release's own tag is new or the push fails; only the major tag moves, and never to a pre-release.
git("push", url, `refs/tags/v${VERSION}`);
if (!VERSION.includes("-")) git("push", "--force", url, `HEAD:refs/tags/v${major}`);
