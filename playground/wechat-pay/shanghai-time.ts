/** RFC 3339 in +08:00 and whole seconds, as WeChat Pay writes every time. China has had no summer time since 1991. */
export function shanghaiRfc3339(atMs: number): string {
  return `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

/** Milliseconds of an RFC 3339 time with offset, undefined when it is none. */
export function parseRfc3339(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    return undefined;
  }
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
