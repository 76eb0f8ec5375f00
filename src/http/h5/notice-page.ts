import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { Page } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";

/** A calm page that says what happened and what to do. */
export const noticePage = (notice: {
  readonly title: string;
  readonly text: string;
  readonly status: number;
  readonly links?: readonly { readonly label: string; readonly href: string }[];
}): Page => ({
  title: notice.title,
  status: notice.status,
  body: html`<h1>${notice.title}</h1>
<section class="card"><p class="soft">${notice.text}</p></section>
${(notice.links ?? []).map(({ label, href }): Html => html`<a class="button plain" href="${href}">${label}</a>`)}`,
});

/** A link that doesn't open: nothing about anybody is shown. */
export const linkRefusedPage = (refusal: "tampered" | "expired"): Page =>
  refusal === "expired"
    ? noticePage({ title: H5_TEXT.notice.expiredTitle, text: H5_TEXT.notice.expired, status: 410 })
    : noticePage({ title: H5_TEXT.notice.tamperedTitle, text: H5_TEXT.notice.tampered, status: 400 });
