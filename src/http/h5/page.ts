import { randomBytes } from "node:crypto";
import type { Context } from "koa";
import { Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Our own inline script, allowed by this response's nonce. */
  readonly script?: string;
  /** A script of somebody else that runs before ours, and the host that this one response allows it from. */
  readonly foreignScript?: { readonly url: string; readonly host: string };
  readonly status?: number;
}

/** The whole document. `nonce` is what the Content-Security-Policy of the same response names. */
export const renderPage = (page: Page, nonce: string): string =>
  html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<meta name="robots" content="noindex">
<title>${page.title}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${page.body}
</main>
${page.foreignScript && html`<script src="${page.foreignScript.url}"></script>`}
${page.script === undefined ? undefined : html`<script nonce="${nonce}">${new Html(page.script)}</script>`}
</body>
</html>
`.text;

/**
 * Answers with a page that nobody may keep, frame or extend. `frame-src weixin:` is for older WeChat browsers, whose
 * bridge speaks through a frame with that scheme; nothing of the web can be loaded by it.
 */
export function sendPage(ctx: Context, page: Page): void {
  const nonce = randomBytes(16).toString("base64url");
  ctx.set(
    "Content-Security-Policy",
    [
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      `script-src 'nonce-${nonce}'${page.foreignScript === undefined ? "" : ` ${page.foreignScript.host}`}`,
      "connect-src 'self'",
      "form-action 'self'",
      "frame-src weixin:",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
  );
  ctx.set("Cache-Control", "no-store");
  ctx.set("X-Frame-Options", "DENY");
  ctx.status = page.status ?? 200;
  ctx.type = "text/html; charset=utf-8";
  ctx.body = renderPage(page, nonce);
}

/** Sends the browser on to a page to look at after a form: going back or reloading posts nothing again. */
export function seeOther(ctx: Context, target: string): void {
  ctx.status = 303;
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(target);
}
