/**
 * What goes wrong on purpose with the next calls of one route.
 * - `refuse`: the call is answered with this status and body and never reaches the pretend platform.
 * - `lose-answer`: the platform does the work, then answers with this status instead of its answer.
 * - `drop-before` / `drop-after`: the connection dies without an answer, before or after the work.
 * - `delay`: the answer comes this much later.
 */
export type Fault =
  | { readonly kind: "refuse"; readonly status: number; readonly body: string }
  | { readonly kind: "lose-answer"; readonly status: number; readonly body: string }
  | { readonly kind: "drop-before" }
  | { readonly kind: "drop-after" }
  | { readonly kind: "delay"; readonly delayMs: number };

interface ArmedFault {
  readonly method: string;
  readonly pathPattern: RegExp;
  readonly fault: Fault;
  remainingCalls: number;
}

/** The switchboard of one pretend server. Faults are used up in the order in which they were armed. */
export class FaultSwitches {
  readonly #armed: ArmedFault[] = [];

  /** Arms a fault for the next `calls` requests with this method whose path (without query) matches. */
  arm(method: string, pathPattern: RegExp, fault: Fault, calls = 1): void {
    this.#armed.push({ method, pathPattern, fault, remainingCalls: calls });
  }

  /** Takes the next armed fault for this call, if there is one. */
  take(method: string, path: string): Fault | undefined {
    const found = this.#armed.find(
      (armed) => armed.remainingCalls > 0 && armed.method === method && armed.pathPattern.test(path),
    );
    if (found === undefined) return undefined;
    found.remainingCalls -= 1;
    return found.fault;
  }

  /** Faults that no call has met yet. */
  get waiting(): number {
    return this.#armed.reduce((sum, { remainingCalls }) => sum + remainingCalls, 0);
  }

  clear(): void {
    this.#armed.length = 0;
  }
}
