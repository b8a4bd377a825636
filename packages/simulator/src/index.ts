export { startSimulator } from "./start-simulator.ts";
export type { Simulator, SimulatorOptions } from "./start-simulator.ts";
export type { Statement, StatementEntry } from "./bank/bank.ts";
export type { CallRecord } from "./server/call-log.ts";
export type { Fault, FaultInput } from "./faults/fault.ts";
export type { Adherence, AdherenceRule } from "./images/adherence.ts";
export { startReplay, type Replay } from "./replay/start-replay.ts";
export { readRecordings, type RecordedReply, type Recording } from "./replay/recording.ts";
