/** What a field may hold: undefined when the value is fine, else the mistake's message and type. */
export type FieldRule = (value: unknown) => readonly [msg: string, type: string] | undefined;

/** Some text. */
export const text: FieldRule = (value) =>
  typeof value === "string" && value !== "" ? undefined : ["Input should be a valid string", "string_type"];

/** A number in a range. */
export function number(from: number, to: number): FieldRule {
  return (value) => {
    if (typeof value !== "number") return ["Input should be a valid number", "float_type"];
    if (value < from) return [`Input should be greater than or equal to ${from}`, "greater_than_equal"];
    return value > to ? [`Input should be less than or equal to ${to}`, "less_than_equal"] : undefined;
  };
}

/** One of these words. */
export function oneOf(...options: readonly string[]): FieldRule {
  const list = options.map((option) => `'${option}'`).join(" or ");
  return (value) =>
    options.some((option) => option === value) ? undefined : [`Input should be ${list}`, "literal_error"];
}

/** Address of a picture. */
export const image: FieldRule = (value) =>
  typeof value === "string" && (value.startsWith("data:image/") || value.startsWith("https://"))
    ? undefined
    : ["Input should be a URL", "url_parsing"];

/** Addresses of pictures. */
export function images(most: number): FieldRule {
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return ["Input should be a valid list", "list_type"];
    if (value.length > most) return [`List should have at most ${most} items`, "too_long"];
    return value.map(image).find((mistake) => mistake !== undefined);
  };
}

/** `{width, height}` or a named size; an area in the range, or each edge. */
export function size(edges: readonly [number, number], areas?: readonly [number, number]): FieldRule {
  return (value) => {
    if (typeof value === "string") return NAMED_SIZES[value] ? undefined : ["Input should be a size", "enum"];
    const { width, height } = (typeof value === "object" ? value : {}) as { width?: unknown; height?: unknown };
    if (typeof width !== "number" || typeof height !== "number") return ["Input should be a valid size", "model_type"];
    const inside = (figure: number, [from, to]: readonly [number, number]): boolean => figure >= from && figure <= to;
    if (inside(width, edges) && inside(height, edges)) return undefined;
    if (areas && inside(width * height, areas)) return undefined;
    return [`Width and height must be between ${edges[0]} and ${edges[1]}`, "value_error"];
  };
}

/** Pixels of the named sizes. */
export const NAMED_SIZES: Readonly<Record<string, readonly [number, number]>> = {
  square_hd: [1024, 1024],
  square: [512, 512],
  portrait_4_3: [768, 1024],
  portrait_16_9: [576, 1024],
  landscape_4_3: [1024, 768],
  landscape_16_9: [1024, 576],
};
