import type { Context } from "koa";
import { inTransaction } from "../../db/transaction.ts";
import { photoFor } from "../../usecases/photos/find-photos.ts";
import { findStaffMember } from "../../usecases/staff/find-staff-member.ts";
import type { H5Context } from "./context.ts";
import { linkRefusedPage, noticePage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { openPhotoLink } from "./photo-link.ts";
import { redirectToOAuth, signedInOf, signInOf } from "./session.ts";

const TEXT = {
  title: "照片",
  insideOnly: "这张照片只能在企业微信或钉钉里打开，请从收到的消息进入。",
  stranger: "只有有权限的在职员工可以查看这张照片。",
} as const;

/**
 * GET /h5/photo: a photo that is kept as evidence, as it was sent. The link names it, OAuth tells who holds the phone, and
 * the use case whether it is their business.
 */
export async function photoRoute(ctx: Context, context: H5Context): Promise<void> {
  const token = typeof ctx.query.t === "string" ? ctx.query.t : "";
  const link = openPhotoLink(context.linkKeys, token, context.payments.businessClock.nowMs());
  if (!link.ok) return sendPage(ctx, linkRefusedPage(link.refusal));
  const signedIn = signedInOf(ctx, context, token);
  const signIn = signInOf(ctx, context);
  if (!signedIn && signIn) return redirectToOAuth(ctx, context, signIn, token);
  const refused = (text: string) => sendPage(ctx, noticePage({ title: TEXT.title, text, status: 403 }));
  if (!signedIn) return refused(TEXT.insideOnly);
  const photo = await inTransaction(context.db, async (tx) => {
    const staff = signedIn.platform === "official-account" ? undefined : await findStaffMember(tx, signedIn);
    return staff && photoFor(tx, context.encryption, staff, link.photoId);
  });
  // Whether there is such a photo is for those alone who may see it.
  if (!photo) return refused(TEXT.stranger);
  ctx.set("Cache-Control", "private, no-store");
  // The type was told by the file's own bytes, not by its sender; a browser must not guess another.
  ctx.set("X-Content-Type-Options", "nosniff");
  ctx.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  ctx.set("Content-Disposition", `inline; filename="${photo.fileName}"`);
  ctx.type = photo.mediaType;
  ctx.body = Buffer.from(photo.bytes);
}
