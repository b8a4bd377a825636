import * as v from "valibot";
import { suggestName } from "../../basics/closest-name.ts";
import { usdToMicroUsd } from "../../basics/money.ts";

/** Largest amount that is taken for meant seriously, in USD. */
const MAX_USD = 1_000_000_000;

/** An object whose keys are all known. */
export function knownFields<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, v.ErrorMessage<v.StrictObjectIssue>> {
  return v.strictObject(entries, (issue) =>
    issue.expected === "Object" ? "must be a group of `key: value` lines" : "is missing",
  );
}

/** Text of one character or more. */
export function textField(maxLength: number, meaning = "text"): v.GenericSchema<string> {
  return v.pipe(
    v.string(`must be ${meaning}`),
    v.nonEmpty("must not be empty"),
    v.maxLength(maxLength, `must not be longer than ${maxLength} characters`),
  );
}

/** One of a few words. */
export function wordField<const Word extends string>(words: readonly Word[]): v.GenericSchema<Word> {
  return v.picklist(words, (issue) => {
    const { input } = issue;
    const near = typeof input === "string" ? suggestName(input, words) : "";
    return `must be one of ${words.join(", ")}.${near.startsWith("Did") ? ` ${near}` : ""}`;
  });
}

/** A list of texts. */
export function textListField(maxItems: number, maxLength: number): v.GenericSchema<string[]> {
  return v.pipe(
    v.array(textField(maxLength), 'must be a list, such as `["first", "second"]`'),
    v.maxLength(maxItems, `must not have more than ${maxItems} entries`),
  );
}

/** An amount in USD, exact to a micro-USD. */
export function usdField(): v.GenericSchema<number> {
  return v.pipe(
    v.number("must be an amount in USD, such as 0.50"),
    v.minValue(0, "must not be negative"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value < 0) return;
      if (Number.isNaN(dataset.value)) addIssue({ message: "must be an amount in USD, not NaN" });
      else if (dataset.value > MAX_USD) addIssue({ message: `must be at most ${MAX_USD} USD` });
      else if ((usdToMicroUsd(dataset.value) ?? NaN) / 1_000_000 !== dataset.value)
        addIssue({ message: "must be whole micro-USD: at most six decimals" });
    }),
  );
}

/** Adds the sentence that editors show for a field. */
export function describe<Input, Output>(
  schema: v.GenericSchema<Input, Output>,
  text: string,
): v.GenericSchema<Input, Output> {
  return v.pipe(schema, v.description(text));
}

/** Makes every field optional. */
export function optionalEntries<Entries extends Record<string, v.GenericSchema>>(
  entries: Entries,
): { [Key in keyof Entries]: v.OptionalSchema<Entries[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).map(([key, schema]) => [key, v.optional(schema)])) as {
    [Key in keyof Entries]: v.OptionalSchema<Entries[Key], undefined>;
  };
}

/** Names of keys that people choose: tags, matrix names, providers. */
export const CHOSEN_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
