const SECOND_MS = 1_000;
/** A platform drops what people sent after three days (reference/platforms.md section 4). */
const PLATFORM_KEEPS_MS = 3 * 86_400_000;
const FIRST_WAIT_MS = 10 * SECOND_MS;
const LONGEST_WAIT_MS = 3_600 * SECOND_MS;

/**
 * When to fetch a photo again that came in at `receivedAtMs` and has failed `attempts` times: after 10 s, 40 s, 160 s … at
 * most an hour. Undefined: the platform has dropped it by then. All times of the wire clock.
 */
export function nextTryAtMs(
  attempts: number,
  receivedAtMs: number,
  nowMs: number,
  retryAfterMs = 0,
): number | undefined {
  const waitMs = Math.min(FIRST_WAIT_MS * 4 ** Math.min(Math.max(attempts, 1) - 1, 10), LONGEST_WAIT_MS);
  const atMs = nowMs + Math.max(waitMs, retryAfterMs);
  return atMs < receivedAtMs + PLATFORM_KEEPS_MS ? atMs : undefined;
}
