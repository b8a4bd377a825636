import { expect, test } from "vitest";
import { multipartBody } from "./multipart-body.ts";

const boundary = "artdesk-0123456789abcdef";

test("a form is read back by an independent parser", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const { contentType, body } = multipartBody(
    [
      { name: "prompt", value: 'Café "au lait"\r\nfor two' },
      { name: "image[]", value: bytes, fileName: 'a "quoted"\nname.png', mediaType: "image/png" },
      { name: "image[]", value: Uint8Array.of(1), fileName: "b.bin" },
    ],
    boundary,
  );
  const form = await new Response(new Blob([Buffer.from(body)]), {
    headers: { "content-type": contentType },
  }).formData();
  expect(form.get("prompt")).toBe('Café "au lait"\r\nfor two');
  const [first, second] = form.getAll("image[]") as File[];
  expect([first?.type, second?.type]).toEqual(["image/png", "application/octet-stream"]);
  expect(first?.name).toBe('a "quoted"\nname.png');
  expect(await first?.bytes()).toEqual(bytes);
});

test("a name cannot end its header", () => {
  const { body } = multipartBody([{ name: 'a"\r\nX-Evil: 1', value: "v" }], boundary);
  expect(Buffer.from(body).toString()).toBe(
    `--${boundary}\r\nContent-Disposition: form-data; name="a%22%0D%0AX-Evil: 1"\r\n\r\nv\r\n--${boundary}--\r\n`,
  );
});

test.each(["short", "has space in it 1234", 'quote"quote"quote"', "x".repeat(71)])("%j is no boundary", (wrong) => {
  expect(() => multipartBody([], wrong)).toThrow(RangeError);
});
