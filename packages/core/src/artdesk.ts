import type { Catalogue } from "./models/catalogue/catalogue.ts";
import { findModel } from "./models/rows/find-model.ts";
import { type CollectedImages, collectSubmittedJob, type SubmittedJob } from "./buy/collect-submitted-job.ts";
import { composePrompt } from "./decide/request/compose-prompt.ts";
import { ArtdeskError } from "./basics/errors.ts";
import { blockedError } from "./buy/compose-result.ts";
import { generateImages, type GenerateHost, type GenerateOptions } from "./buy/generate.ts";
import { builtInJudges } from "./models/judges/built-in-judges.ts";
import { compareModels } from "./judge/compare/compare-models.ts";
import type { CompareOptions, Comparison } from "./judge/compare/comparison.ts";
import type { QuestionStore } from "./judge/questions/find-questions.ts";
import type { Judge } from "./models/judges/judge.ts";
import { JudgePanel, type JudgedWithAttempts } from "./judge/ask/judge-panel.ts";
import { PassHistory } from "./judge/verify/pass-history.ts";
import { planVerification, type VerifiedPlan } from "./judge/verify/plan-verification.ts";
import type { Question } from "./basics/question.ts";
import { verifyImages, type VerifyHost } from "./judge/verify/verify-images.ts";
import { monthOf, shiftMonth } from "./buy/ledger/months.ts";
import { formatUsd } from "./basics/money.ts";
import { createLedger } from "./buy/ledger/ledger.ts";
import { type Billed, reconcileCalls, type ReconciledCall } from "./buy/ledger/reconcile-calls.ts";
import type { Ledger, Reservation } from "./buy/ledger/ledger-types.ts";
import { planRequest, type PlanInput } from "./decide/plan/plan-request.ts";
import { explainStandIns } from "./decide/plan/stand-in.ts";
import type { Policy } from "./decide/policy/policy.ts";
import type { AbortSignalLike, Clock, Codec, Http, Journal, LedgerStore, Random } from "./basics/ports.ts";
import { checkDeskOptions } from "./decide/request/desk-options.ts";
import { parseRequest } from "./decide/request/request.ts";
import type { Pacer } from "./buy/schedule/pacer.ts";
import type { Budget } from "./basics/budget.ts";
import type { GenerateResult } from "./basics/receipt.ts";
import type { Decision, ImageRequest, ParsedRequest, ReceivedImage } from "./basics/types.ts";
import { Overruns } from "./buy/overruns.ts";
import { wishesFor } from "./buy/wishes-for.ts";

export interface ArtdeskOptions {
  catalogue: Catalogue;
  policy: Policy;
  budget: Budget;
  /** Where the books are kept. */
  ledger: LedgerStore;
  http: Http;
  clock: Clock;
  random: Random;
  codec: Codec;
  /** Durable notes on paid calls. @default keeps nothing */
  journal?: Journal | undefined;
  /** Lets calls start only as fast as the providers allow. @default at once */
  pacer?: Pacer | undefined;
  /** Id of this run in the books. @default a new one */
  run?: string | undefined;
  /** Only these providers may be used. @default all of the catalogue */
  enabledProviders?: readonly string[] | undefined;
  /** Who may judge images, the preferred first. @default all that come with Artdesk */
  judges?: readonly Judge[] | undefined;
  /**
   * An image may be made smaller and then enlarged where that is cheaper. The `journal` must keep what is received, and
   * the caller must enlarge what an earlier run could not. @default false
   */
  twoSteps?: boolean | undefined;
  /** Where questions that a model drew from a prompt are kept. @default nowhere: they are drawn again */
  questions?: QuestionStore | undefined;
}

/** How one image is judged. */
export interface JudgeOptions {
  /** Id of the judge. @default the first that has a key, and another one when that fails */
  judge?: string | undefined;
  signal?: AbortSignalLike | undefined;
}

/** The art desk: plans and makes images inside a budget. */
export interface Artdesk {
  readonly ledger: Ledger;
  /** Decides without calling anything. Throws `invalid_request`. */
  plan(request: ImageRequest): Promise<VerifiedPlan>;
  /** Sets money aside for the first offers of many requests in one write, or throws `budget_exceeded` for all. */
  hold(planned: readonly { planned: VerifiedPlan; subject: string }[]): Promise<readonly (readonly Reservation[])[]>;
  /** Plans and makes. Throws when nothing could be tried; otherwise see `error` of the result. */
  generate(request: ImageRequest, options?: GenerateOptions): Promise<GenerateResult>;
  /** Makes what {@link Artdesk.plan} decided. */
  generatePlanned(planned: VerifiedPlan, options?: GenerateOptions): Promise<GenerateResult>;
  /**
   * Fetches the images of a job that an earlier process submitted; nothing is bought. Writes no books: the caller
   * settles. Throws what {@link collectJob} throws, and `no_candidate` when nobody knows its model or provider any more.
   */
  collect(job: SubmittedJob, signal?: AbortSignalLike): Promise<CollectedImages>;
  /** `generate` with `operation: "edit"`. */
  edit(request: ImageRequest, options?: GenerateOptions): Promise<GenerateResult>;
  /** `generate` with `operation: "upscale"`. */
  upscale(request: ImageRequest, options?: GenerateOptions): Promise<GenerateResult>;
  /** Makes the same request with several models and has every image judged. Throws like `generate` before the first call. */
  compare(request: ImageRequest, options: CompareOptions): Promise<Comparison>;
  /**
   * Ends possibly billed calls, of these ids or `all`, with what the provider's usage page says: see {@link Billed}.
   * Throws `invalid_request` for an id that the books do not know.
   */
  reconcile(which: readonly string[] | "all", billed: Billed): Promise<readonly ReconciledCall[]>;
  /** Has one image judged, whoever made it. Never rejects: what cannot be judged is `unsure`, with the reason. */
  judge(image: ReceivedImage, questions: readonly Question[], options?: JudgeOptions): Promise<JudgedWithAttempts>;
}

const NO_JOURNAL: Journal = {
  begin: () => Promise.resolve(),
  submitted: () => Promise.resolve(),
  keep: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

const REQUIRED_OPTIONS = ["catalogue", "policy", "budget", "ledger", "http", "clock", "random", "codec"] as const;
const OPTIONAL_OPTIONS = [
  "journal",
  "pacer",
  "run",
  "enabledProviders",
  "judges",
  "twoSteps",
  "questions",
] as const satisfies readonly (keyof ArtdeskOptions)[];

/**
 * Builds an art desk from what the host gives. Nothing is read or called before the first request.
 * Throws `invalid_request` for options that nobody knows, limits that are none and unknown providers.
 */
export function createArtdesk(options: ArtdeskOptions): Artdesk {
  const names = { of: "createArtdesk", required: REQUIRED_OPTIONS, optional: OPTIONAL_OPTIONS };
  checkDeskOptions(options, names, options.catalogue?.providers.keys() ?? []);
  const { catalogue, policy, budget, http, clock, random, codec } = options;
  const run = options.run ?? random.id();
  const ledger = createLedger({ store: options.ledger, clock, random, budget, run });

  const decide = async (request: ParsedRequest, changes: Partial<PlanInput> = {}): Promise<Decision> => {
    const input: PlanInput = {
      request,
      policy,
      budget,
      spend: await ledger.spend(request.tags),
      catalogue,
      hasKey: (provider) => http.hasKey(provider),
      todayMs: clock.nowMs(),
      enabledProviders: options.enabledProviders,
      twoSteps: options.twoSteps,
      ...changes,
    };
    return explainStandIns(planRequest(input), catalogue, () =>
      planRequest({ ...input, enabledProviders: undefined, assumeKeys: true }),
    );
  };

  const host: GenerateHost = {
    http,
    clock,
    random,
    codec,
    ledger,
    journal: options.journal ?? NO_JOURNAL,
    pacer: options.pacer,
    overruns: new Overruns(),
    policy,
    replan: (request) => decide(request),
    async stageNote(request) {
      const { offers } = await decide(request, { enabledProviders: undefined, assumeKeys: true });
      const offer = offers[0];
      return offer && `Would use ${offer.model} ${offer.quality}, about ${formatUsd(offer.estimateMicroUsd)}`;
    },
    rowOf(model) {
      const found = findModel(catalogue.rows, model);
      if (!found) throw new ArtdeskError({ code: "no_candidate", shortMessage: `Unknown model "${model}".` });
      return found.row;
    },
    providerOf(id) {
      const provider = catalogue.providers.get(id);
      if (!provider) throw new ArtdeskError({ code: "no_candidate", shortMessage: `Unknown provider "${id}".` });
      return provider;
    },
  };

  const judges = options.judges ?? builtInJudges;
  let history: Promise<PassHistory> | undefined;
  /** Of this month and the one before, read once. Verdicts of this desk are added as they come. */
  const readHistory = async (): Promise<PassHistory> => {
    const month = monthOf(Math.floor(clock.nowMs()));
    const months = await Promise.all([ledger.entries(shiftMonth(month, -1)), ledger.entries(month)]);
    return new PassHistory(months.flat());
  };
  const drawing: VerifyHost["drawing"] = new Map();
  const verifyHost = (passed: PassHistory): VerifyHost => ({
    ...host,
    judges,
    questions: options.questions,
    drawing,
    budget,
    history: passed,
  });

  const desk: Artdesk = {
    ledger,
    async plan(input) {
      const parsed = parseRequest(input);
      const request = { ...parsed, prompt: composePrompt(parsed) };
      const decision = await decide(request);
      if (request.verify === undefined || request.verify === "off") return { request, decision };
      const passed = await (history ??= readHistory());
      return {
        request,
        ...planVerification(decision, { request, judges, hasKey: (id) => http.hasKey(id), history: passed }),
      };
    },
    async hold(planned) {
      const groups = planned.map(({ planned: { request, decision }, subject }) => {
        const offer = decision.offers[0];
        if (!offer) throw blockedError(decision);
        const positions = Array.from({ length: request.count }, (_, position) => position);
        return wishesFor(host, { request }, offer, positions, subject);
      });
      const reservations = await ledger.reserve(groups.flat().map((call) => call.wish));
      let next = 0;
      return groups.map((group) => reservations.slice(next, (next += group.length)));
    },
    async generate(input, generateOptions = {}) {
      return desk.generatePlanned(await desk.plan(input), generateOptions);
    },
    async generatePlanned(planned, generateOptions = {}) {
      generateOptions.onEvent?.({ type: "planned", decision: planned.decision });
      if (planned.decision.blocked) throw blockedError(planned.decision);
      if (!planned.verification) return generateImages(host, planned, generateOptions);
      const passed = await (history ??= readHistory());
      return verifyImages(verifyHost(passed), planned, planned.verification, generateOptions);
    },
    collect: (job, signal) =>
      collectSubmittedJob(host, { job, row: host.rowOf(job.model), provider: host.providerOf(job.provider) }, signal),
    edit: (input, generateOptions) => desk.generate({ ...input, operation: "edit" }, generateOptions),
    upscale: (input, generateOptions) => desk.generate({ ...input, operation: "upscale" }, generateOptions),
    reconcile: (which, billed) => reconcileCalls(ledger, which, billed),
    compare: (input, compareOptions) => compareModels(desk, input, compareOptions),
    judge: (image, questions, { judge, signal } = {}) =>
      new JudgePanel().judge(host, {
        image,
        position: 0,
        maker: { provider: "", model: "", quality: "" },
        briefClass: "",
        questions,
        judges: judges.filter(({ id }) => judge === undefined || id === judge),
        tags: {},
        subject: "judge",
        policy,
        signal,
        leftMicroUsd: Infinity,
      }),
  };
  return desk;
}
