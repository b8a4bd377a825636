import { secretForms } from "./secret-forms.ts";

const HIDDEN = "[key hidden]";

/** Replies up to this size are looked through for keys; longer ones are images. */
export const LARGEST_LOOKED_AT_BYTES: number = 256 * 1024;

/** Takes one's own keys out of what others send. */
export interface SecretKeeper {
  /** The text without any of the keys, in whatever form. */
  hide(text: string): string;
  /** The chunks of a reply's body without the keys; a body that grows beyond a quarter of a megabyte passes as it is. */
  hideIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void>;
}

/**
 * Hides these secrets by value: as they are, in base64, in URLs and in JSON. An upstream's error may repeat the key that
 * it was sent, and a key that a gateway or a company hands out has no shape by which it could be known.
 */
export function keepSecrets(secrets: Iterable<string | undefined>): SecretKeeper {
  const known = [...new Set([...secrets].flatMap((secret) => (secret === undefined ? [] : secretForms(secret))))];
  const forms = known.toSorted((left, right) => right.length - left.length);
  const hide = (text: string): string => forms.reduce((safe, form) => safe.replaceAll(form, HIDDEN), text);
  return {
    hide,
    async *hideIn(body) {
      let held: Uint8Array[] | undefined = forms.length === 0 ? undefined : [];
      let heldBytes = 0;
      let broken: { cause: unknown } | undefined;
      try {
        for await (const chunk of body) {
          if (held === undefined) {
            yield chunk;
            continue;
          }
          held.push(chunk.slice());
          heldBytes += chunk.length;
          if (heldBytes <= LARGEST_LOOKED_AT_BYTES) continue;
          yield* held;
          held = undefined;
        }
      } catch (cause) {
        // What came before a body broke may be a whole image.
        broken = { cause };
      }
      if (held !== undefined && heldBytes > 0) {
        const bytes = Buffer.concat(held, heldBytes);
        // Latin-1 keeps every byte, so that a body without a key comes out as it went in.
        const text = bytes.toString("latin1");
        const safe = hide(text);
        yield safe === text ? bytes : Buffer.from(safe, "latin1");
      }
      if (broken !== undefined) throw broken.cause;
    },
  };
}
