import * as v from "valibot";
import type { KnownLimits } from "../../basics/types.ts";
import { type CheapHours, parseCheapHours } from "../../buy/schedule/cheap-hours.ts";
import { CHOSEN_NAME, describe, knownFields, optionalEntries, usdField } from "../fields/field-schema.ts";

/** Limits and terms of one provider's account, as they stand in `artdesk.yml`. */
export interface LimitFields {
  images_per_minute?: number | undefined;
  tokens_per_minute?: number | undefined;
  /** USD. */
  spend_per_10_minutes?: number | undefined;
  concurrency?: number | undefined;
  cheap_hours?: string | undefined;
  batch_discount?: number | undefined;
}

/** What holds for an account, by provider id. */
export interface AccountTerms {
  limits: Readonly<Record<string, KnownLimits>>;
  cheapHours: Readonly<Record<string, CheapHours>>;
  /** Percent off for work by the batch service. */
  batchDiscounts: Readonly<Record<string, number>>;
}

const countField = v.pipe(
  v.number("must be a number above 0"),
  v.integer("must be a whole number"),
  v.minValue(1, "must be at least 1"),
  v.maxValue(1_000_000_000, "must be at most 1000000000"),
);

/** Checks `limits`. */
export const limitsField: v.GenericSchema<unknown, Record<string, LimitFields>> = v.record(
  v.pipe(v.string(), v.regex(CHOSEN_NAME, "is not a name: use letters, digits, `_` and `-`")),
  knownFields(
    optionalEntries({
      images_per_minute: describe(countField, "Images per minute. Learned from the provider when not set."),
      tokens_per_minute: describe(countField, "Tokens per minute. Learned from the provider when not set."),
      spend_per_10_minutes: describe(usdField(), "Most that may be spent in any ten minutes, in USD."),
      concurrency: describe(countField, "Calls that may run at the same time."),
      cheap_hours: describe(
        v.pipe(
          v.string("must be two times (UTC) such as 22:00-06:00"),
          v.check((text) => parseCheapHours(text) !== undefined, "must be two times (UTC) such as 22:00-06:00"),
        ),
        "When work with `urgency: low` is made, in UTC: 22:00-06:00.",
      ),
      batch_discount: describe(
        v.pipe(
          v.number("must be a percentage from 0 to 99"),
          v.integer("must be a whole number"),
          v.minValue(0, "must not be negative"),
          v.maxValue(99, "must be at most 99"),
        ),
        "Percent that the provider takes off for `urgency: batch`, by its own price list or your contract.",
      ),
    }),
  ),
  "must be groups by provider",
);

/** Reads checked `limits`. */
export function accountTermsOf(fields: Readonly<Record<string, LimitFields>>): AccountTerms {
  const entries = Object.entries(fields);
  return {
    limits: Object.fromEntries(
      entries.map(([id, limit]) => [
        id,
        {
          images: limit.images_per_minute,
          tokens: limit.tokens_per_minute,
          microUsd: limit.spend_per_10_minutes === undefined ? undefined : Math.round(limit.spend_per_10_minutes * 1e6),
          concurrency: limit.concurrency,
        },
      ]),
    ),
    cheapHours: Object.fromEntries(
      entries.flatMap(([id, { cheap_hours: text }]) => {
        const hours = text === undefined ? undefined : parseCheapHours(text);
        return hours ? [[id, hours] as const] : [];
      }),
    ),
    batchDiscounts: Object.fromEntries(
      entries.flatMap(([id, { batch_discount: percent }]) => (percent === undefined ? [] : [[id, percent] as const])),
    ),
  };
}
