import type { Context } from "koa";
import { formatDate } from "../../domain/time/civil-date.ts";
import { type CheckedPaper, checkShortCode } from "../../usecases/documents/check-code.ts";
import type { PrintedDocument } from "../../usecases/documents/print-document.ts";
import { factRow } from "./bills-view.ts";
import type { H5Context } from "./context.ts";
import { DOCUMENT_TEXT as TEXT } from "./document-text.zh-CN.ts";
import { html } from "./html.ts";
import { noticePage } from "./notice-page.ts";
import { type Page, sendPage } from "./page.ts";
import { openPageLink } from "./page-link.ts";

/** Prints what a link names; undefined when it is gone. Throws what the renderer throws. */
export type PrintForLink = (documentId: string) => Promise<PrintedDocument | undefined>;

/** GET /h5/document/:token: the file itself, as it stands today. A phone shows or saves it; nothing else to click. */
export async function documentRoute(ctx: Context, context: H5Context, token: string): Promise<void> {
  const link = openPageLink(context.linkKeys, "document", token, context.payments.businessClock.nowMs());
  if (!link.ok) {
    return sendPage(ctx, noticePage({ ...TEXT[link.refusal], status: link.refusal === "expired" ? 410 : 400 }));
  }
  if (context.printDocument === undefined) return sendPage(ctx, noticePage({ ...TEXT.missing, status: 404 }));
  let printed: PrintedDocument | undefined;
  try {
    printed = await context.printDocument(link.id);
  } catch (error) {
    context.logger.error({ err: error, documentId: link.id }, "document.not-printed");
    ctx.set("Retry-After", "60");
    return sendPage(ctx, noticePage({ ...TEXT.later, status: 503 }));
  }
  if (!printed) return sendPage(ctx, noticePage({ ...TEXT.missing, status: 404 }));
  ctx.set("Cache-Control", "private, no-store");
  ctx.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  ctx.set(
    "Content-Disposition",
    `inline; filename="document.pdf"; filename*=UTF-8''${encodedFileName(printed.fileName)}`,
  );
  ctx.type = "application/pdf";
  ctx.body = Buffer.from(printed.bytes);
}

/** RFC 8187. */
export const encodedFileName = (name: string): string =>
  encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** GET /h5/document/check: whether we printed a paper with this code. */
export async function documentCheckRoute(ctx: Context, context: H5Context): Promise<void> {
  const typed = typeof ctx.query.code === "string" ? ctx.query.code.slice(0, 40) : "";
  const found = typed === "" ? undefined : await checkShortCode(context.db, typed);
  sendPage(ctx, checkPage(typed, found));
}

const checkPage = (typed: string, found: CheckedPaper | undefined): Page => ({
  title: TEXT.check.title,
  status: typed !== "" && !found ? 404 : 200,
  body: html`<h1>${TEXT.check.title}</h1>
${
  found &&
  html`<section class="card"><h2>✓ ${TEXT.check.found}</h2><dl>
${factRow(TEXT.check.kind, TEXT.check.kinds[found.kind])}
${factRow(TEXT.check.entity, found.entityName)}
${factRow(TEXT.check.asOf, formatDate(found.asOf))}
${factRow(TEXT.check.code, found.shortCode)}
${factRow(TEXT.check.hash, found.contentHash)}</dl>
<p class="soft">${TEXT.check.hint}</p></section>`
}
${typed !== "" && !found && html`<section class="card note"><p>${TEXT.check.unknown}</p></section>`}
<form class="card" method="get" action="/h5/document/check"><label>${TEXT.check.label}
<input name="code" value="${typed}" autocomplete="off" autocapitalize="characters" maxlength="40" required></label>
<p></p><button class="button" type="submit">${TEXT.check.submit}</button></form>`,
});
