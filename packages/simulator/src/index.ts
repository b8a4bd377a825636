export { startSimulator } from "./start-simulator.ts";
export type { Simulator, SimulatorOptions } from "./start-simulator.ts";
export type { Statement, StatementEntry } from "./bank.ts";
export type { CallRecord } from "./call-log.ts";
export type { Fault, FaultInput } from "./fault.ts";
export type { Adherence, AdherenceRule } from "./adherence.ts";
