import { seal, unseal } from "./seal.ts";

/** Long enough for a week of holidays between a card and who reads it. */
const LINK_LIFE_MS = 7 * 86_400_000;

/**
 * The page of a photo. It names the photo; who has opened it is told by the OAuth of WeCom or DingTalk, and whether they may
 * see it by the use case: a link that is passed on opens nothing.
 */
export function photoPageUrl(
  context: { readonly publicUrl: string; readonly linkKey: Uint8Array; readonly nowMs: number },
  photoId: string,
): string {
  const token = seal(context.linkKey, "photo", [photoId, String(context.nowMs + LINK_LIFE_MS)]);
  return `${context.publicUrl.replace(/\/+$/, "")}/h5/photo?t=${token}`;
}

/** The photo that a link names. */
export function openPhotoLink(
  keys: readonly Uint8Array[],
  token: string,
  nowMs: number,
): { readonly ok: true; readonly photoId: string } | { readonly ok: false; readonly refusal: "tampered" | "expired" } {
  const [photoId, expiresAtMs] = unseal(keys, "photo", token) ?? [];
  if (photoId === undefined) return { ok: false, refusal: "tampered" };
  return Number(expiresAtMs) > nowMs ? { ok: true, photoId } : { ok: false, refusal: "expired" };
}
