import type { Fault } from "./fault.ts";

/** What a fault is matched against. */
export interface FaultTarget {
  readonly provider: string;
  readonly model: string;
  readonly prompt: string;
}

interface ScriptedFault {
  readonly fault: Fault;
  seen: number;
  used: number;
}

/** The faults still to come. The first fault in the list that matches and is due hits the call. */
export class FaultScript {
  #scripted: ScriptedFault[] = [];

  /** Replaces the script. An empty list ends all faults. */
  replace(faults: readonly Fault[]): void {
    this.#scripted = faults.map((fault) => ({ fault, seen: 0, used: 0 }));
  }

  /** The fault that hits this call, if any. Takes it off the script. */
  take(target: FaultTarget): Fault | undefined {
    for (const scripted of this.#scripted) {
      if (!matches(scripted.fault, target) || isUsedUp(scripted)) continue;
      scripted.seen += 1;
      if (scripted.seen <= (scripted.fault.after ?? 0)) continue;
      scripted.used += 1;
      return scripted.fault;
    }
    return undefined;
  }

  /** The faults that can still hit a call. */
  remaining(): readonly Fault[] {
    return this.#scripted.filter((scripted) => !isUsedUp(scripted)).map((scripted) => scripted.fault);
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.provider === undefined || fault.provider === target.provider) &&
    (fault.model === undefined || fault.model === target.model) &&
    (fault.match === undefined || target.prompt.includes(fault.match))
  );
}

function isUsedUp({ fault, used }: ScriptedFault): boolean {
  return fault.times !== "always" && used >= (fault.times ?? 1);
}
