import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Browser, HTTPRequest, Page } from "puppeteer";
import { staticFont } from "../font/static-font.ts";
import { FONT_FAMILY, PAPER_STYLE } from "../style.ts";

/*
 * The page that papers are printed from. It is opened once and then only its inside is changed, because the fonts are a
 * hundred slices of one typeface: a slice is decoded once for each page of the pool instead of once for each paper. It
 * lives at an address that does not exist; every request is answered from memory or refused, so that a paper can reach
 * nothing, and no script in it runs.
 */

const ORIGIN = "https://documents.invalid";
const require = createRequire(import.meta.url);
const FONT_FOLDER = dirname(require.resolve("@fontsource-variable/noto-sans-sc/package.json"));
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; font-src ${ORIGIN}`;
/** Of the whole range of the variable font only what the style asks for, each as a font of its own (static-font.ts). */
const WEIGHTS = [400, 600] as const;

let shellText: string | undefined;
const slices = new Map<string, Buffer>();

function shell(): string {
  shellText ??= `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${fontFaces()}${PAPER_STYLE.text}</style></head><body></body></html>`;
  return shellText;
}

/** The slices by the characters that they hold, as the package lists them. */
function fontFaces(): string {
  const css = readFileSync(join(FONT_FOLDER, "index.css"), "utf8");
  const faces = [...css.matchAll(/url\(\.\/files\/([\w-]+)\.woff2\)[^;]*;\s*unicode-range: ([^;]+);/g)];
  return WEIGHTS.flatMap((weight) =>
    faces.map(
      ([, slice = "", range = ""]) =>
        `@font-face{font-family:"${FONT_FAMILY}";font-weight:${weight};src:url(${ORIGIN}/${weight}/${slice}.ttf);unicode-range:${range}}`,
    ),
  ).join("");
}

function sliceOf(weight: number, name: string): Buffer {
  const key = `${weight}/${name}`;
  const known = slices.get(key);
  if (known) return known;
  const bytes = staticFont(readFileSync(join(FONT_FOLDER, "files", `${basename(name)}.woff2`)), weight);
  slices.set(key, bytes);
  return bytes;
}

/** A page with style and fonts and nothing in it. */
export async function openShell(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.setRequestInterception(true);
  page.on("request", (request) => void answer(request).catch(() => {}));
  await page.goto(`${ORIGIN}/`, { waitUntil: "load" });
  return page;
}

async function answer(request: HTTPRequest): Promise<void> {
  const url = request.url();
  if (url === `${ORIGIN}/` && request.isNavigationRequest() && request.method() === "GET") {
    return request.respond({ status: 200, contentType: "text/html; charset=utf-8", body: shell() });
  }
  const [, weight, slice] = /^https:\/\/documents\.invalid\/(400|600)\/(noto-sans-sc-[\w-]+)\.ttf$/.exec(url) ?? [];
  if (weight !== undefined && slice !== undefined) {
    return request.respond({
      status: 200,
      contentType: "font/ttf",
      headers: { "Access-Control-Allow-Origin": "*" },
      body: sliceOf(Number(weight), slice),
    });
  }
  return request.abort("blockedbyclient");
}

/** In the page's own language: text, so that no build step can add helpers that the page does not have. */
const FILL = (html: string, title: string): string => `(async () => {
  document.title = ${JSON.stringify(title)};
  document.body.innerHTML = ${JSON.stringify(html)};
  // Only a laid-out page knows which slices of the font it needs.
  document.body.getBoundingClientRect();
  await document.fonts.ready;
})()`;

/** Puts a paper into the page in the place of the one before and waits until its fonts are there. */
export async function fillShell(page: Page, html: string, title: string): Promise<void> {
  await page.evaluate(FILL(html, title));
}
