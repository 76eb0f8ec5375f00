import type { Context } from "koa";
import { inTransaction } from "../../db/transaction.ts";
import { photoFor } from "../../usecases/photos/find-photos.ts";
import { receiveColleague } from "./colleague.ts";
import type { H5Context } from "./context.ts";
import { noticePage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { receiveLink } from "./page-link.ts";

const TEXT = {
  insideTitle: "照片",
  strangerTitle: "照片",
  insideOnly: "这张照片只能在企业微信或钉钉里打开，请从收到的消息进入。",
  stranger: "只有有权限的在职员工可以查看这张照片。",
} as const;

/**
 * GET /h5/photo: a photo that is kept as evidence, as it was sent. The link names it, OAuth tells who holds the phone, and
 * the use case whether it is their business.
 */
export async function photoRoute(ctx: Context, context: H5Context): Promise<void> {
  const link = receiveLink(ctx, context, "photo");
  const colleague = link && (await receiveColleague(ctx, context, link.token, TEXT));
  if (!colleague) return;
  const photo = await inTransaction(context.db, (tx) => photoFor(tx, context.encryption, colleague.staff, link.id));
  // Whether there is such a photo is for those alone who may see it.
  if (!photo) return sendPage(ctx, noticePage({ title: TEXT.strangerTitle, text: TEXT.stranger, status: 403 }));
  ctx.set("Cache-Control", "private, no-store");
  // The type was told by the file's own bytes, not by its sender; a browser must not guess another.
  ctx.set("X-Content-Type-Options", "nosniff");
  ctx.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  ctx.set("Content-Disposition", `inline; filename="${photo.fileName}"`);
  ctx.type = photo.mediaType;
  ctx.body = Buffer.from(photo.bytes);
}
