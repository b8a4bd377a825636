import type { Reply, WireRequest } from "../basics/wire.ts";
import type { Answer } from "./answer.ts";
import type { Desk } from "./desk.ts";

/** One simulated provider. Adding one means: a file in `providers/` that makes this, and its name in `simulated-providers.ts`. */
export interface SimulatedProvider {
  readonly name: string;
  /** Where it lives on the simulator, for example "/openai/v1". Requests carry the path behind it. */
  readonly basePath: string;
  /** Header names that carry a key. Their values are never logged. */
  readonly keyHeaders: readonly string[];
  /** The environment that points a client at the simulator, example key included. */
  environment(origin: string): Readonly<Record<string, string>>;
  answer(request: WireRequest, desk: Desk): Promise<Answer>;
  /** The provider's own error body, for failures outside its endpoints: 404, 413, 500. */
  failure(status: number, message: string): Reply;
}
