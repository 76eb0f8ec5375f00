import { expect } from "vitest";

/** `expect.poll` with time enough: a loaded machine is slow, not wrong. */
export const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 10_000, interval: 20 });
