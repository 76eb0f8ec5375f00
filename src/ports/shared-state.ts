/**
 * State that all processes share: vendor tokens now, quotas later. Kept in PostgreSQL, so that two web processes never
 * fetch two tokens at once or overwrite a fresh one with a stale one (reference/platforms.md section 8, row 7).
 */
export interface SharedState {
  /**
   * The cached token, or the one that `fetch` brings. Single-flight over all processes. `failedToken` names a token that
   * the vendor has just refused: it is replaced only if it is still the cached one.
   */
  token(
    key: string,
    fetch: () => Promise<{ token: string; expiresInSeconds: number }>,
    failedToken?: string,
  ): Promise<string>;
}
