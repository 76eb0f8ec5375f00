/**
 * What a browser outside WeChat does at the cashier: opens the page behind the link and sends its form. Returns the page
 * that comes back, which shows a QR code for somebody's phone. Throws when it does not.
 */
export async function orderAtCashier(link: string): Promise<string> {
  const page = await fetch(link);
  const html = await page.text();
  if (!page.ok) throw new Error(`收银台返回 ${page.status}`);
  const form = new URLSearchParams();
  for (const [field] of html.matchAll(/<input[^>]*>/g)) {
    const key = /name="([^"]+)"/.exec(field)?.[1];
    if (key !== undefined) form.set(key, /value="([^"]*)"/.exec(field)?.[1] ?? "");
  }
  const cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? link;
  const ordered = await fetch(new URL(action, link), { method: "POST", body: form, headers: { cookie } });
  const shown = await ordered.text();
  if (!/<svg/.test(shown)) throw new Error(`订单页里没有付款码（${ordered.status}）`);
  return shown;
}
