import * as v from "valibot";
import type { VerifyMode, Urgency } from "../../basics/types.ts";
import {
  CHOSEN_NAME,
  describe,
  knownFields,
  optionalEntries,
  textField,
  usdField,
  wordField,
} from "../fields/field-schema.ts";
import { type LimitFields, limitsField } from "./limits-schema.ts";
import { type PriceFields, priceField, type RowFields, rowField } from "./catalogue-schema.ts";
import { compileGlob } from "./glob-pattern.ts";
import { TAG_NAME } from "../../basics/tag-value.ts";

/** Limits in USD, as they stand in `artdesk.yml`. */
export interface BudgetFields {
  month?: number | undefined;
  run?: number | undefined;
  image?: number | undefined;
  tags?: Record<string, Record<string, number>> | undefined;
  on_exceeded?: "downgrade" | "stop" | undefined;
  warn_at?: number | undefined;
}

/** Monthly volume: thresholds of the policy preset `volume`, and free images. */
export interface VolumeFields {
  /** Below this many images a month the cheapest offer is taken. */
  cheapest_below?: number | undefined;
  /** From this many images a month only offers with a price known in advance are taken. */
  predictable_from?: number | undefined;
  /** Images per month and model that cost nothing by the user's own contract. */
  free_allowance?: Record<string, number> | undefined;
}

/** How a provider is reached, in the place of its own settings. */
export interface ProviderFields {
  base_url?: string | undefined;
  headers?: Record<string, string> | undefined;
  query?: Record<string, string> | undefined;
  auth?: "bearer" | "api-key" | "none" | undefined;
}

/** `artdesk.yml` as written. */
export interface ConfigFields {
  version: 1;
  prompts?: string[] | undefined;
  policy?: unknown;
  budget?: BudgetFields | undefined;
  volume?: VolumeFields | undefined;
  style?: string | undefined;
  verify?: VerifyMode | undefined;
  models?: { draft?: string | undefined; standard?: string | undefined; premium?: string | undefined } | undefined;
  ledger?: string | undefined;
  providers?: Record<string, ProviderFields> | undefined;
  prices?: Record<string, PriceFields> | undefined;
  catalogue?: RowFields[] | undefined;
  concurrency?: number | undefined;
  limits?: Record<string, LimitFields> | undefined;
  urgency?: Urgency | undefined;
}

const patternField = v.pipe(
  textField(300, "a path pattern such as `docs/**/*.image.md`"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const compiled = compileGlob(dataset.value);
    if ("problem" in compiled) addIssue({ message: compiled.problem });
  }),
);

const chosenName = v.pipe(v.string(), v.regex(CHOSEN_NAME, "is not a name: use letters, digits, `_` and `-`"));

/** Only names that images can carry: a limit for another one would never hold. */
const limitedTagName = v.pipe(
  v.string(),
  v.regex(TAG_NAME, ({ input }) => {
    const meant = input
      .trim()
      .toLowerCase()
      .replaceAll(/[\s.]+/g, "-");
    const suggestion = TAG_NAME.test(meant) ? ` Did you mean \`${meant}\`?` : "";
    return `is not a tag that an image can carry: small letters, digits, \`_\` and \`-\`, starting with a letter.${suggestion}`;
  }),
);

const budgetField = knownFields(
  optionalEntries({
    month: describe(usdField(), "Most that may be spent in a calendar month (UTC), in USD."),
    run: describe(usdField(), "Most that one run may spend, in USD."),
    image: describe(usdField(), "Most that one image may cost, in USD."),
    tags: describe(
      v.record(
        limitedTagName,
        v.record(textField(100), usdField(), "must be `value: USD` pairs"),
        "must be `tag: {value: USD}` groups",
      ),
      'Limits per month for tag values, in USD: `client: {acme: 5, "*": 1}`; `*` is every other value.',
    ),
    on_exceeded: describe(
      wordField<"downgrade" | "stop">(["downgrade", "stop"]),
      "When the chosen model no longer fits: take the next one that does, or stop. Default: downgrade.",
    ),
    warn_at: describe(
      v.pipe(
        v.number("must be a percentage from 1 to 100"),
        v.minValue(1, "must be at least 1"),
        v.maxValue(100, "must be at most 100"),
      ),
      "Warn from this share of a limit, in percent. Default: 80.",
    ),
  }),
);

const imagesField = v.pipe(
  v.number("must be a number of images"),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be negative"),
  v.maxValue(1_000_000_000, "must be at most 1000000000"),
);

const volumeField = knownFields(
  optionalEntries({
    cheapest_below: describe(
      imagesField,
      "Policy preset `volume`: below this many images a month the cheapest offer is taken. Default: 100.",
    ),
    predictable_from: describe(
      imagesField,
      "Policy preset `volume`: from this many images a month only offers with a price known in advance are taken. Default: 500.",
    ),
    free_allowance: describe(
      v.record(textField(100), imagesField, "must be `model: images` pairs"),
      "Images per month and model that cost nothing, by your own contract with the provider.",
    ),
  }),
);

const baseUrlField = v.pipe(
  textField(2000, "a URL"),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? baseUrlProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

/** Headers that carry keys, which never stand in a file. */
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|.*(api-?key|token|secret).*)$/i;

const headersField = v.pipe(
  v.record(textField(100), textField(2000), "must be `name: value` pairs"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const name of Object.keys(dataset.value)) {
      if (SECRET_HEADER.test(name))
        addIssue({ message: `must not hold the key (${name}): it comes from the environment; see \`auth\`` });
      else if (!/^[A-Za-z0-9!#$%&'*+.^_|~-]+$/.test(name)) addIssue({ message: `has no header name: ${name}` });
    }
    if (Object.values(dataset.value).some((value) => /[^\t\x20-\x7e]/.test(value)))
      addIssue({ message: "may hold printable ASCII characters only" });
  }),
);

const providerField = knownFields(
  optionalEntries({
    base_url: describe(baseUrlField, "Base URL in the place of the provider's own."),
    headers: describe(headersField, "Headers to send with every request."),
    query: describe(
      v.record(textField(100), textField(2000), "must be `name: value` pairs"),
      "Query parameters of every request, such as `api-version`.",
    ),
    auth: describe(
      wordField<"bearer" | "api-key" | "none">(["bearer", "api-key", "none"]),
      "How the key is sent: `Authorization: Bearer`, an `api-key` header, or not at all. Default: the provider's own way.",
    ),
  }),
);

const ledgerField = v.pipe(
  textField(2000),
  v.regex(
    /^(github$|sqlite:[^\s\p{Cc}]|rediss?:\/\/|postgres(ql)?:\/\/)/u,
    "must be `github`, `sqlite:PATH`, or a `redis://` or `postgres://` URL",
  ),
);

/** Checks `artdesk.yml`. The policy itself is checked by the policy's own parser. */
export const configSchema: v.GenericSchema<unknown, ConfigFields> = knownFields({
  version: describe(v.literal(1, "must be 1"), "Version of this file's format: 1."),
  ...optionalEntries({
    prompts: describe(
      v.pipe(
        v.array(patternField, "must be a list of path patterns"),
        v.maxLength(50, "must not have more than 50 patterns"),
      ),
      "Where the prompt files are. Default: `**/*.image.md`. An empty list says that there are none on purpose.",
    ),
    policy: describe(v.unknown(), "A preset (auto, quality or volume), or rules."),
    budget: describe(budgetField, "Limits on what may be spent, in USD."),
    volume: describe(volumeField, "Monthly volume: thresholds of the policy preset `volume`, and free images."),
    style: describe(textField(10_000), "Text added to every prompt."),
    verify: describe(
      wordField<VerifyMode>(["off", "report", "escalate"]),
      "Whether a judge checks the images of prompt files that do not say it themselves. Default: off.",
    ),
    models: describe(
      knownFields(optionalEntries({ draft: textField(100), standard: textField(100), premium: textField(100) })),
      "The model to prefer for each tier, by id or alias.",
    ),
    ledger: describe(ledgerField, "Where spending is booked. Default: a SQLite file under `.artdesk/`."),
    providers: describe(
      v.record(chosenName, providerField, "must be groups by provider"),
      "Settings per provider. Keys never stand here: they come from the environment.",
    ),
    prices: describe(
      v.record(textField(200), priceField, "must be `model: USD` pairs"),
      "Your own prices by model id or alias, in USD per image: for models without a published price, or by your own contract.",
    ),
    catalogue: describe(
      v.pipe(v.array(rowField, "must be a list of models"), v.maxLength(200, "must not have more than 200 models")),
      "Models of your own: of a server of your own, or new ones of a known provider.",
    ),
    concurrency: describe(
      v.pipe(
        v.number("must be a number from 1 to 64"),
        v.integer("must be a whole number"),
        v.minValue(1, "must be at least 1"),
        v.maxValue(64, "must be at most 64"),
      ),
      "Images made at the same time. Default: 8, and more where the provider's limit is known to allow it.",
    ),
    limits: describe(limitsField, "What the account may do, per provider. What is not set is learned."),
    urgency: describe(
      wordField<Urgency>(["normal", "low", "batch"]),
      "How soon images are needed when their prompt files do not say it. Default: normal.",
    ),
  }),
});

function baseUrlProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "must be a URL such as https://api.example.com/v1";
  }
  if (url.username !== "" || url.password !== "") return "must not contain a user name or password";
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) return undefined;
  return "must start with https:// (http:// only for this machine)";
}
