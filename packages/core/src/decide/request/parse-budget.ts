import * as v from "valibot";
import type { Budget } from "../../basics/budget.ts";
import { closestName } from "../../basics/closest-name.ts";
import { TAG_NAME } from "../../basics/tag-value.ts";
import { describeValue, type FieldMessage, oneOf } from "../../basics/validation.ts";

const KEYS = ["monthMicroUsd", "runMicroUsd", "imageMicroUsd", "tags", "onExceeded", "warnAtPercent"] as const;

const isMicroUsd: FieldMessage = (issue) =>
  `${describeValue(issue.input)} is not a whole number of micro-USD from 0 up (one dollar is 1000000).`;
const microUsd = v.pipe(v.number(isMicroUsd), v.safeInteger(isMicroUsd), v.minValue(0, isMicroUsd));

const isPercent: FieldMessage = (issue) => `${describeValue(issue.input)} is not a percentage from 1 to 100.`;

const tagName = v.pipe(
  v.string(),
  v.regex(TAG_NAME, ({ input }) => {
    const meant = input
      .trim()
      .toLowerCase()
      .replaceAll(/[\s.]+/g, "-");
    return `is not a tag that an image can carry.${TAG_NAME.test(meant) ? ` Did you mean ${meant}?` : ""}`;
  }),
);
const tagValue = v.pipe(
  v.string(),
  v.check((value) => value.trim() !== "", "must not be empty."),
);
const isGroup: FieldMessage = (issue) =>
  `${describeValue(issue.input)} is not a group such as { client: { acme: 5000000 } }.`;

/** The limits of a program, checked as strictly as those of `artdesk.yml`. The message of each mistake follows its path. */
export const budgetField: v.GenericSchema<unknown, Budget> = v.strictObject(
  {
    monthMicroUsd: v.optional(microUsd),
    runMicroUsd: v.optional(microUsd),
    imageMicroUsd: v.optional(microUsd),
    tags: v.optional(v.record(tagName, v.record(tagValue, microUsd, isGroup), isGroup)),
    onExceeded: v.optional(oneOf(["downgrade", "stop"])),
    warnAtPercent: v.optional(v.pipe(v.number(isPercent), v.minValue(1, isPercent), v.maxValue(100, isPercent))),
  },
  (issue) => {
    const path = issue.path?.at(-1);
    if (issue.expected !== "never" || path === undefined)
      return `${describeValue(issue.input)} is not a group of limits.`;
    return unknownLimit(String(path.key), path.value);
  },
);

/** Programs often write the words of `artdesk.yml`, which are in dollars: then there would be no limit at all. */
function unknownLimit(key: string, value: unknown): string {
  const isLimitsPerValue = typeof value === "object" && value !== null && TAG_NAME.test(key);
  if (isLimitsPerValue && closestName(key, KEYS) === undefined)
    return `is not a limit. Did you mean tags: { ${key}: ... }?`;
  const stem = key.replace(/^(max|limit)_?(?=.)/i, "").replace(/_?(micro)?_?(usd|dollars?|cents?|limit|budget)$/i, "");
  const meant = closestName(`${stem}MicroUsd`, KEYS) ?? closestName(key, KEYS) ?? closestName(`${stem}Percent`, KEYS);
  return `is not a limit. ${meant === undefined ? `Known limits: ${KEYS.join(", ")}.` : `Did you mean ${meant}?`}`;
}
