import fc from "fast-check";
import { expect, test } from "vitest";
import { redact } from "./redact.ts";

const random = "Zx81kQ0pLm4tYv7RbN2cDf6GhJ9sWa3e";

test.each([
  ["an OpenAI key", `Incorrect API key provided: sk-proj-${random}.`, random],
  ["a masked OpenAI key", "Incorrect API key provided: sk-ab****************xyz1.", "xyz1"],
  ["a Google key", `key=AIzaSy${random} is not valid`, random],
  ["a Replicate token", `token r8_${random}`, random],
  ["a GitHub token", `https://x-access-token:ghs_${random}@github.com/a/b`, random],
  [
    "a fal key",
    "Authorization: Key 0b1c2d3e-1234-4abc-9def-0123456789ab:0123456789abcdef0123456789abcdef",
    "0123456789abcdef",
  ],
  ["an authorization header", "authorization: Bearer abc.def-123456", "abc.def"],
  ["an authorization field in JSON", '{"Authorization":"Bearer abc.def-123456","model":"x"}', "abc.def"],
  ["a Google key header", `{"x-goog-api-key": "short-key-1"}`, "short-key-1"],
  ["a bearer token in a sentence", "The token in Bearer abcdefgh12345678 has expired", "abcdefgh12345678"],
  ["URL credentials", "connect to https://user:hunter2@proxy.example:8080/ failed", "hunter2"],
  ["a key in a URL", "GET https://example.com/v1/models?alt=json&key=hunter22&x=1", "hunter22"],
  ["a signed URL", "https://example.com/a.png?X-Amz-Signature=deadbeef01&x=1", "deadbeef01"],
  ["a cookie", "set-cookie: session=abcdefgh12345", "abcdefgh12345"],
  ["a client secret", "client_secret=abcd1234efgh", "abcd1234efgh"],
  ["an image", `{"b64_json":"iVBORw0KGgo${"AAAA1bc".repeat(40)}"}`, "iVBORw0KGgo"],
])("%s goes", (_, text, secret) => {
  const safe = redact(text);
  expect(safe).not.toContain(secret);
  expect(safe).toContain("[redacted]");
});

test.each([
  "Rate limit reached for gpt-image-2 on input-images per min: Limit 4000, Used 4000, Requested 1. Please try again in 15ms.",
  "models/gemini-3-pro-image is not found for API version v1beta, or is not supported for generateContent.",
  "Invalid value: 'ultra'. Supported values are: 'low', 'medium', and 'high'.",
  '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}}',
  "request id req_4f1f6a0e2b7c",
])("%j stays", (text) => {
  expect(redact(text)).toBe(text);
});

test("a long text is cut, and nothing of what is cut remains", () => {
  const text = `${"word ".repeat(2000)}sk-proj-${random}`;
  expect(redact(text)).toHaveLength(2001);
  expect(redact("x".repeat(50), 10)).toBe(`${"x".repeat(10)}…`);
});

test("any text around a key leaves no part of the key", () => {
  const around = fc.string({ unit: "grapheme-ascii", maxLength: 60 });
  fc.assert(
    fc.property(around, around, (before, after) => {
      expect(redact(`${before} sk-proj-${random} ${after}`)).not.toContain(random.slice(4, 20));
    }),
  );
});
