import { createCipheriv } from "node:crypto";
import sharp from "sharp";
import type { Sharp } from "sharp";
import { digest } from "../basics/digest.ts";
import type { TruthBook } from "./adherence.ts";
import { drawScene } from "./image-scene.ts";

/** An image to draw. The bytes are fixed by the studio's seed and these fields. */
export interface ImageOrder {
  readonly model: string;
  readonly operation: string;
  readonly prompt: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly quality: string;
  /** Position among the images of one call, from 0. */
  readonly index: number;
  readonly format: "png" | "jpeg" | "webp";
  readonly transparent?: boolean | undefined;
  /** 0 to 100; JPEG and WebP only. Default 90. */
  readonly compressionPercent?: number | undefined;
}

export interface StudioOptions {
  readonly seed: number;
  /** Adds fine noise to PNGs, so that they are as heavy as real ones: about 1.9 MB at 1024x1024. */
  readonly noise: boolean;
  /** How many bytes of encoded images may stay in memory. */
  readonly cacheMaxBytes: number;
  /** Is told of every image that is given out. */
  readonly truth?: TruthBook | undefined;
}

// Measured: 7 noise levels make a 1024x1024 PNG weigh 1.85 to 2.1 MB, as a real one does.
const NOISE_LEVELS = 7;
const DRAWN_AT_ONCE = 4;

/** Draws, encodes and remembers images. */
export class ImageStudio {
  readonly #options: StudioOptions;
  readonly #cache = new Map<string, Buffer>();
  readonly #drawing = new Map<string, Promise<Buffer>>();
  readonly #queue: (() => void)[] = [];
  #cachedBytes = 0;
  #busy = 0;

  constructor(options: StudioOptions) {
    this.#options = options;
  }

  /** Bytes of encoded images in memory. */
  get cachedBytes(): number {
    return this.#cachedBytes;
  }

  /** The encoded image as base64 text, in ASCII bytes. */
  async base64(order: ImageOrder): Promise<Buffer> {
    const base64 = await this.#drawnOnce(order);
    return this.#options.truth?.sign(base64, order, order.format) ?? base64;
  }

  async #drawnOnce(order: ImageOrder): Promise<Buffer> {
    const key = JSON.stringify(order);
    const cached = this.#cache.get(key);
    if (cached) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    const running = this.#drawing.get(key);
    if (running) return running;
    const drawn = this.#draw(order).finally(() => this.#drawing.delete(key));
    this.#drawing.set(key, drawn);
    const bytes = await drawn;
    this.#remember(key, bytes);
    return bytes;
  }

  async #draw(order: ImageOrder): Promise<Buffer> {
    await this.#takeTurn();
    try {
      const image = await encodeImage(order, this.#options);
      return Buffer.from(image.toString("base64"), "latin1");
    } finally {
      this.#busy -= 1;
      this.#queue.shift()?.();
    }
  }

  // A 4K image takes 50 MB while it is drawn: more than a few at once would only cost memory.
  async #takeTurn(): Promise<void> {
    while (this.#busy >= DRAWN_AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy += 1;
  }

  #remember(key: string, bytes: Buffer): void {
    if (bytes.length > this.#options.cacheMaxBytes || this.#cache.has(key)) return;
    this.#cache.set(key, bytes);
    this.#cachedBytes += bytes.length;
    for (const [oldest, old] of this.#cache) {
      if (this.#cachedBytes <= this.#options.cacheMaxBytes) return;
      this.#cache.delete(oldest);
      this.#cachedBytes -= old.length;
    }
  }
}

/** Half of an image's base64, cut so that it is valid base64 of a truncated file. */
export function truncateBase64(base64: Buffer): Buffer {
  return base64.subarray(0, Math.floor(base64.length / 8) * 4);
}

async function encodeImage(order: ImageOrder, options: StudioOptions): Promise<Buffer> {
  const key = [
    options.seed,
    order.operation,
    order.prompt,
    order.model,
    order.widthPx,
    order.heightPx,
    order.quality,
    order.index,
  ];
  const svg = drawScene({
    widthPx: order.widthPx,
    heightPx: order.heightPx,
    caption: `${order.model} ${order.widthPx}x${order.heightPx} ${order.quality} ${order.operation} #${order.index + 1}`,
    transparent: order.transparent ?? false,
    key,
  });
  const drawn = sharp(Buffer.from(svg), { limitInputPixels: false });
  const opaque = order.transparent ? drawn : drawn.removeAlpha();
  const quality = Math.max(1, order.compressionPercent ?? 90);
  if (order.format === "jpeg") return opaque.jpeg({ quality }).toBuffer();
  if (order.format === "webp") return opaque.webp({ quality, effort: 1 }).toBuffer();
  if (!options.noise) return opaque.png({ compressionLevel: 6 }).toBuffer();
  return encodeNoisyPng(opaque, digest("noise", ...key));
}

async function encodeNoisyPng(image: Sharp, key: Buffer): Promise<Buffer> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const noise = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16, 32)).update(
    Buffer.alloc(data.length),
  );
  const half = Math.floor(NOISE_LEVELS / 2);
  for (let index = 0; index < data.length; index += 1) {
    const value = (data[index] ?? 0) + ((noise[index] ?? 0) % NOISE_LEVELS) - half;
    data[index] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return sharp(data, { raw, limitInputPixels: false }).png({ compressionLevel: 3 }).toBuffer();
}
