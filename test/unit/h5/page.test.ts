import { describe, expect, it } from "vitest";
import { billNoEnd, maskName } from "../../../src/http/h5/bills-view.ts";
import { html, jsonData } from "../../../src/http/h5/html.ts";
import { renderPage } from "../../../src/http/h5/page.ts";
import { seal, unseal } from "../../../src/http/h5/seal.ts";
import { nextQueryAtMs } from "../../../src/usecases/payments/query-due-orders.ts";
import { outTradeNoOf } from "../../../src/usecases/payments/trade-number.ts";

describe("html", () => {
  it("escapes whatever is put in, in text and attributes", () => {
    const nasty = `"><script>alert('x')</script>&`;
    expect(html`<a title="${nasty}">${nasty}</a>`.text).toBe(
      `<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>`,
    );
  });

  it("keeps html as it is and leaves out what is not there", () => {
    expect(html`<ul>${[html`<li>1</li>`, html`<li>${2}</li>`]}${false}${undefined}</ul>`.text).toBe(
      "<ul><li>1</li><li>2</li></ul>",
    );
  });

  it("gives data to a script that cannot end its element", () => {
    const data = jsonData({ text: "</script><script>" }).text;
    expect(data).not.toContain("<");
    expect(JSON.parse(data)).toEqual({ text: "</script><script>" });
  });

  it("gives the nonce to the one style and the one script of a page", () => {
    const page = renderPage({ title: "缴费", body: html`<p></p>`, script: "1" }, "n0nce");
    expect(page.match(/<(style|script) nonce="n0nce">/g)).toHaveLength(2);
    expect(page).toContain('<html lang="zh-CN">');
  });
});

describe("what a stranger sees of names and numbers", () => {
  it.each([
    ["东莞恒芯电子有限公司", "东***司"],
    ["刘秀英", "刘***英"],
    ["刘英", "刘*"],
    ["刘", "*"],
  ])("%s is %s", (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });

  it("is the end of a bill number", () => {
    expect(billNoEnd("DG-202609-00017")).toBe("0017");
  });
});

describe("a sealed text", () => {
  const key = Buffer.alloc(32, 3);

  it("opens for its purpose only, and only as it was sealed", () => {
    const sealed = seal(key, "session", ["link", "oOpenId", "123"]);
    expect(unseal([key], "session", sealed)).toEqual(["link", "oOpenId", "123"]);
    expect(unseal([key], "form", sealed)).toBeUndefined();
    expect(unseal([Buffer.alloc(32, 4)], "session", sealed)).toBeUndefined();
    for (const text of ["", ".", `${sealed}.`, `x${sealed}`, sealed.slice(0, -1), `${sealed}=`]) {
      expect(unseal([key], "session", text)).toBeUndefined();
    }
  });
});

describe("an order's number", () => {
  it("is PL and the 128 bits of its id in base 32", () => {
    expect(outTradeNoOf("00000000-0000-0000-0000-000000000000")).toBe(`PL${"0".repeat(26)}`);
    // 0x21 = 33 = 1 × 32 + 1
    expect(outTradeNoOf("00000000-0000-0000-0000-000000000021")).toBe(`PL${"0".repeat(24)}11`);
    expect(outTradeNoOf("ffffffff-ffff-ffff-ffff-ffffffffffff")).toBe(`PL7${"Z".repeat(25)}`);
  });
});

describe("the schedule of queries", () => {
  it("asks after 5 s, 30 s, 1, 3, 5, 10 and 30 minutes, then every half hour", () => {
    const seconds: number[] = [];
    for (let now = 0; seconds.length < 9; ) {
      now = nextQueryAtMs(0, now);
      seconds.push(now / 1000);
    }
    expect(seconds).toEqual([5, 30, 60, 180, 300, 600, 1800, 3600, 5400]);
  });
});
