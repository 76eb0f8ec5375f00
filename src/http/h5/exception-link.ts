import type { ExceptionItem } from "../../usecases/exceptions/exception.ts";
import { seal, unseal } from "./seal.ts";

/** A difference may wait for weeks; what can be done about it is asked each time. */
const LINK_LIFE_MS = 90 * 24 * 60 * 60_000;

/**
 * The page of a difference. It names the difference; who has opened it is told by the OAuth of WeCom or DingTalk, and what
 * they may do by the use case.
 */
export function exceptionPageUrl(
  context: { readonly publicUrl: string; readonly linkKey: Uint8Array; readonly nowMs: number },
  { id }: Pick<ExceptionItem, "id">,
): string {
  const token = seal(context.linkKey, "exception", [id, String(context.nowMs + LINK_LIFE_MS)]);
  return `${context.publicUrl.replace(/\/+$/, "")}/h5/exception?t=${token}`;
}

/** The difference that a link names. */
export function openExceptionLink(
  keys: readonly Uint8Array[],
  token: string,
  nowMs: number,
):
  | { readonly ok: true; readonly exceptionId: string }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" } {
  const [exceptionId, expiresAtMs] = unseal(keys, "exception", token) ?? [];
  if (exceptionId === undefined) return { ok: false, refusal: "tampered" };
  return Number(expiresAtMs) > nowMs ? { ok: true, exceptionId } : { ok: false, refusal: "expired" };
}
