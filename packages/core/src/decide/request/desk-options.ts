import * as v from "valibot";
import { closestName } from "../../basics/closest-name.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import { describeValue, issueSentences, strictFields } from "../../basics/validation.ts";
import { budgetField } from "./parse-budget.ts";

/** Where the options of an art desk come in: their names, and which of them must be there. */
interface OptionNames {
  /** What people call. */
  of: string;
  required: readonly string[];
  optional: readonly string[];
}

/**
 * Checks the options of an art desk as strictly as `artdesk.yml` is checked: a key that nobody reads would be a limit
 * that does not hold. `knownProviders` are those of the catalogue.
 * @throws ArtdeskError `invalid_request`; `issues` holds one sentence per mistake.
 */
export function checkDeskOptions(options: unknown, names: OptionNames, knownProviders: Iterable<string>): void {
  const known = [...knownProviders];
  const given = v.pipe(
    v.unknown(),
    v.check((value) => value !== undefined && value !== null, "is missing."),
  );
  const providers = v.array(
    v.picklist(known, (issue) => {
      const meant = typeof issue.input === "string" ? closestName(issue.input, known) : undefined;
      const hint = meant === undefined ? `Known providers: ${known.join(", ")}.` : `Did you mean ${meant}?`;
      return `${describeValue(issue.input)} is not a provider. ${hint}`;
    }),
    (issue) => `${describeValue(issue.input)} is not a list of providers.`,
  );
  const checked: Record<string, v.GenericSchema> = { budget: budgetField, providers, enabledProviders: providers };
  const fields = Object.fromEntries([
    ...names.required.map((name) => [name, checked[name] ?? given] as const),
    ...names.optional.map((name) => [name, v.optional(checked[name] ?? v.unknown())] as const),
  ]);
  const result = v.safeParse(strictFields(fields, `the options of ${names.of}`), options);
  if (result.success) return;
  const issues = issueSentences(result.issues);
  const [first = `The options of ${names.of} are not valid.`] = issues;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: issues.length > 1 ? `${first} (and ${issues.length - 1} more)` : first,
    hint: `Nothing was started. These are the options of ${names.of}; limits are in micro-USD.`,
    issues,
  });
}
