import { error, info, setFailed } from "@actions/core";
import { isArtdeskError } from "@artdesk/core";
import { listenForStop } from "./asked/stop-signals.ts";
import { githubError } from "./github/limit-error.ts";
import { run } from "./run.ts";

const signals = listenForStop(process, info);
try {
  const succeeded = await run({ env: process.env, signals, log: info });
  if (!succeeded) process.exitCode = 1;
} catch (thrown) {
  const caught = isArtdeskError(thrown) ? thrown : githubError(thrown);
  if (!caught) throw thrown;
  const { file, line } = caught.location ?? {};
  for (const issue of caught.issues.slice(1, 10)) error(issue, file === undefined ? {} : { file });
  if (file === undefined) setFailed(caught.message);
  else {
    error(caught.message, { file, ...(line === undefined ? {} : { startLine: line }) });
    process.exitCode = 1;
  }
} finally {
  signals.release();
}
