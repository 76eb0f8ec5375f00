import type { ApprovalRequest } from "../../usecases/approvals/approval.ts";
import { seal, unseal } from "./seal.ts";

/** An approval waits for people on leave too; what can be done with it is asked of the document each time. */
const LINK_LIFE_MS = 90 * 24 * 60 * 60_000;

/**
 * The page of an approval document. It names the document; who has opened it is told by the OAuth of WeCom or DingTalk, and
 * whether they may decide by the use case.
 */
export function approvalPageUrl(
  context: { readonly publicUrl: string; readonly linkKey: Uint8Array; readonly nowMs: number },
  { id }: Pick<ApprovalRequest, "id">,
): string {
  const token = seal(context.linkKey, "approval", [id, String(context.nowMs + LINK_LIFE_MS)]);
  return `${context.publicUrl.replace(/\/+$/, "")}/h5/approval?t=${token}`;
}

/** The document that a link names. */
export function openApprovalLink(
  keys: readonly Uint8Array[],
  token: string,
  nowMs: number,
):
  | { readonly ok: true; readonly requestId: string }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" } {
  const [requestId, expiresAtMs] = unseal(keys, "approval", token) ?? [];
  if (requestId === undefined) return { ok: false, refusal: "tampered" };
  return Number(expiresAtMs) > nowMs ? { ok: true, requestId } : { ok: false, refusal: "expired" };
}
