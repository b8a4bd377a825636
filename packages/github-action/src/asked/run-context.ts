import type { GitHubClient } from "../github/github-client.ts";
import type { Environment } from "./access.ts";
import type { EventContext } from "./event-context.ts";
import type { ActionInputs } from "./inputs.ts";
import type { LedgerChoice } from "./ledger-choice.ts";
import type { Redact } from "./redact.ts";
import type { StopSignals } from "./stop-signals.ts";

/** What the process gives a run. */
export interface RunHost {
  env: Environment;
  signals: StopSignals;
  log: (line: string) => void;
}

/** Everything that the steps of a run share. */
export interface RunContext {
  host: RunHost;
  inputs: ActionInputs;
  event: EventContext;
  ledger: LedgerChoice;
  /** GitHub's API, loaded when it is first needed; undefined without a token. */
  client: () => Promise<GitHubClient | undefined>;
  redact: Redact;
  /** Things to say beside the report. */
  notes: string[];
}
