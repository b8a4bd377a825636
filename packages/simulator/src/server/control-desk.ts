import { parseAdherence, type TruthBook } from "../images/adherence.ts";
import type { Bank } from "../bank/bank.ts";
import type { CallLog } from "./call-log.ts";
import { parseFaults } from "../faults/fault.ts";
import type { FaultScript } from "../faults/fault-script.ts";
import { jsonReply } from "../basics/wire.ts";
import type { ParsedBody, Reply } from "../basics/wire.ts";

/** What the `/_sim` endpoints look at and change. */
export interface ControlDesk {
  readonly seed: number;
  readonly bank: Bank;
  readonly calls: CallLog;
  readonly faults: FaultScript;
  readonly truth: TruthBook;
  reset(): void;
}

/** Where the control endpoints live. */
export const CONTROL_PATH = "/_sim";

/** Answers `/_sim/health`, `/statement`, `/calls`, `/faults` and `/reset`. */
export function answerControl(method: string, path: string, body: ParsedBody, desk: ControlDesk): Reply {
  switch (`${method} ${path}`) {
    case "GET /health":
      return jsonReply(200, { ok: true, seed: desk.seed });
    case "GET /statement":
      return jsonReply(200, desk.bank.statement());
    case "GET /calls":
      return jsonReply(200, { calls: desk.calls.records() });
    case "GET /faults":
      return jsonReply(200, { faults: desk.faults.remaining() });
    case "POST /faults":
      return scriptFaults(body, desk);
    case "POST /adherence":
      return setAdherence(body, desk);
    case "POST /reset":
      desk.reset();
      return jsonReply(200, { ok: true });
    default:
      return jsonReply(404, {
        error: `No ${method} ${CONTROL_PATH}${path}. There is GET health, statement, calls, faults and POST faults, adherence, reset.`,
      });
  }
}

function setAdherence(body: ParsedBody, desk: ControlDesk): Reply {
  try {
    desk.truth.replace(parseAdherence(body.kind === "json" ? body.value : undefined));
    return jsonReply(200, { ok: true });
  } catch (error) {
    return jsonReply(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function scriptFaults(body: ParsedBody, desk: ControlDesk): Reply {
  if (body.kind !== "json")
    return jsonReply(400, { error: "Send the fault script as a JSON list (content-type application/json)." });
  try {
    desk.faults.replace(parseFaults(body.value));
    return jsonReply(200, { faults: desk.faults.remaining() });
  } catch (error) {
    return jsonReply(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
