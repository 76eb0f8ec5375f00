/** One HTTP exchange as bytes; headers by lower-case name. */
export type Exchange =
  | { readonly kind: "response"; readonly status: number; readonly header: HeaderReader; readonly body: Buffer }
  /** No complete answer: `reason` is a code such as TIMEOUT or ECONNREFUSED, never a URL, header or body. */
  | { readonly kind: "failed"; readonly reason: string };
type HeaderReader = (name: string) => string | undefined;

export interface ExchangeRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact text that was signed. */
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Sends exactly these bytes. Redirects are not followed: the signature covers one path. Never throws. */
export async function exchange(request: ExchangeRequest): Promise<Exchange> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      signal: AbortSignal.timeout(request.timeoutMs),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const body = Buffer.from(await response.arrayBuffer());
    return {
      kind: "response",
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body,
    };
  } catch (error) {
    return { kind: "failed", reason: failureCode(error) };
  }
}

function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "NETWORK";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "TIMEOUT";
  const cause: unknown = error.cause;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return "NETWORK";
}
