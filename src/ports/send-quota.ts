/**
 * How much we have sent to somebody: WeCom drops what is over its limit without an error, so we count ourselves
 * (reference/platforms.md section 4).
 */
export interface SendQuota {
  /** Counts one message to `recipient`, or says how long there is no room for one. Atomic over all processes. */
  take(
    recipient: string,
  ): Promise<{ readonly state: "granted" } | { readonly state: "full"; readonly retryAfterMs: number }>;
}
