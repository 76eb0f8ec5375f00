import type { Logger } from "../src/telemetry/logger.ts";
import { type Loop, startLoop } from "./loop.ts";

export const IDLE_MS = 500;

/** Sends what the outbox holds: `relay` sends one batch and returns how many messages it looked at. */
export const startRelay = (relay: () => Promise<number>, logger: Logger): Loop =>
  startLoop({ name: "relay", work: relay, idleMs: IDLE_MS, logger });
