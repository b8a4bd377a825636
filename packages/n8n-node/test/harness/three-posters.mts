import type { Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";

/** Three items, each with the prompt of a picture. */
export const THREE_ITEMS: readonly IDataObject[] = [{ thing: "one" }, { thing: "two" }, { thing: "three" }];

/** One of these images, 1024x1024 by gpt-image-2 low, costs about 0.006 USD. */
export const POSTER: IDataObject = {
  prompt: "={{ $json.thing }}",
  model: { __rl: true, mode: "id", value: "gpt-image-2" },
  options: { quality: "low", concurrency: 1 },
};

/** What became of each item: its file, or the code of why there is none. */
export function outcomes(items: readonly INodeExecutionData[]): unknown[] {
  return items.map((item) => failureOf(item)?.["code"] ?? item.json["fileName"]);
}

/** Why an item could not be made. */
export function failureOf(item: INodeExecutionData | undefined): IDataObject | undefined {
  return item?.json["error"] as IDataObject | undefined;
}

/** How often each prompt was paid for and delivered. */
export function timesBought(simulator: Simulator): Record<string, number> {
  const bought: Record<string, number> = {};
  for (const { body, status } of simulator.calls()) {
    if (status !== 200 || typeof body !== "object" || body === null || !("prompt" in body)) continue;
    const prompt = String(body.prompt);
    bought[prompt] = (bought[prompt] ?? 0) + 1;
  }
  return bought;
}
