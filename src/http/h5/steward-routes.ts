import type { Context } from "koa";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import { qrCodeSvg } from "../../documents/qr-code.ts";
import type { H5Context } from "./context.ts";
import { html } from "./html.ts";
import { openLink } from "./link.ts";
import { linkRefusedPage, noticePage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { receiveLink, tokenOf } from "./page-link.ts";

/* What a steward opens in a corridor: a code that somebody else scans, and a number to dial. */

const TEXT = {
  qrTitle: "扫码付款",
  qrHint: "请用微信扫一扫，打开后核对金额再付款。",
  qrLabel: "收款码",
  callTitle: "打电话",
  navigate: "导航",
  noPhone: "这个人没有登记手机号。",
} as const;

/** GET /h5/qr: the cashier of the same token as a code to scan. Shows nothing about anybody; the cashier does. */
export async function collectRoute(ctx: Context, context: H5Context): Promise<void> {
  const token = tokenOf(ctx);
  const link = openLink(context.linkKeys, token, context.payments.businessClock.nowMs());
  if (!link.ok) return sendPage(ctx, linkRefusedPage(link.refusal));
  const url = `${context.publicUrl.replace(/\/+$/, "")}/h5/pay?t=${token}`;
  sendPage(ctx, {
    title: TEXT.qrTitle,
    body: html`<h1>${TEXT.qrTitle}</h1>
<section class="card">${qrCodeSvg(url, TEXT.qrLabel)}<p class="soft">${TEXT.qrHint}</p></section>`,
  });
}

/** 高德's public search link: it opens the map's app where there is one. */
const mapUrl = (place: string): string =>
  `https://uri.amap.com/search?keyword=${encodeURIComponent(place)}&src=parkledger&callnative=1`;

/** GET /h5/call: one button that dials, one that leads there. */
export async function callRoute(ctx: Context, context: H5Context): Promise<void> {
  const link = receiveLink(ctx, context, "call");
  if (!link) return;
  const [found] = await rows<{ name: string; cipher: Uint8Array; keyId: string; place: string | null }>(
    context.db,
    Prisma.sql`SELECT p.name, f.phone_cipher AS cipher, f.phone_key_id AS "keyId",
        (SELECT pr.name || coalesce(g.name, '') FROM tenant_member m JOIN lease l ON l.tenant_id = m.tenant_id
            JOIN project pr ON pr.id = l.project_id
            LEFT JOIN lease_unit lu ON lu.lease_id = l.id LEFT JOIN unit u ON u.id = lu.unit_id
            LEFT JOIN building g ON g.id = u.building_id
          WHERE m.person_id = p.id AND m.revoked_at IS NULL ORDER BY l.end_date DESC, u.code LIMIT 1) AS place
      FROM person p
      JOIN person_phone f ON f.person_id = p.id
      WHERE p.id = ${link.id}::uuid AND p.forgotten_at IS NULL ORDER BY f.phone_hash LIMIT 1`,
  );
  if (!found) return sendPage(ctx, noticePage({ title: TEXT.callTitle, text: TEXT.noPhone, status: 404 }));
  const phone = context.encryption.decrypt(found.cipher, found.keyId);
  sendPage(ctx, {
    title: TEXT.callTitle,
    body: html`<h1>${found.name}</h1>
<section class="card"><p class="soft">${phone}</p></section>
<a class="button" href="tel:${phone}">${TEXT.callTitle}</a>
${found.place === null ? undefined : html`<a class="button plain" href="${mapUrl(found.place)}">${TEXT.navigate}</a>`}`,
  });
}
