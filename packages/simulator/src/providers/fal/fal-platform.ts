import { jsonReply } from "../../basics/wire.ts";
import type { Reply, WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import { FAL_ENDPOINTS } from "./fal-endpoints.ts";

/** fal.ai's platform API: what its endpoints cost. Takes no jobs and bills nothing. */
export const falPlatform: SimulatedProvider = {
  name: "fal-platform",
  basePath: "/fal-platform/v1",
  keyHeaders: ["authorization"],
  environment: (origin) => ({ FAL_PLATFORM_BASE_URL: `${origin}/fal-platform/v1` }),
  answer: async (wire) => freeAnswer(answer(wire)),
  failure: (status, message) => problem(status, "server_error", message),
};

function problem(status: number, type: string, message: string): Reply {
  return jsonReply(status, { error: { type, message } });
}

const MOST_ENDPOINTS = 50;

function answer(wire: WireRequest): Reply {
  if (!/^Key .+/.test(wire.headers["authorization"] ?? ""))
    return problem(401, "authorization_error", "Authentication required");
  if (wire.method !== "GET" || wire.path !== "/models/pricing") return problem(404, "not_found", "Not found");
  const asked = wire.query.getAll("endpoint_id").flatMap((ids) => ids.split(","));
  if (asked.length === 0 || asked.length > MOST_ENDPOINTS)
    return problem(400, "validation_error", `endpoint_id takes 1 to ${MOST_ENDPOINTS} ids`);
  const unknown = asked.find((id) => !FAL_ENDPOINTS.has(id));
  if (unknown !== undefined) return problem(404, "not_found", `No pricing for ${unknown}`);
  const prices = asked.map((id) => {
    const { per, microUsd } = FAL_ENDPOINTS.get(id)?.price ?? { per: "image", microUsd: 0 };
    return { endpoint_id: id, unit_price: microUsd / 1_000_000, unit: `${per}s`, currency: "USD" };
  });
  return jsonReply(200, { prices, next_cursor: null, has_more: false });
}
