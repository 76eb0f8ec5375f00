import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "puppeteer";
import { afterEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../../src/documents/browser/chromium.ts";
import { createDocumentRenderer, type RendererOptions } from "../../../src/documents/browser/renderer.ts";
import { paperHtml } from "../../../src/documents/paper-html.ts";
import type { BillPaper } from "../../../src/domain/documents/paper.ts";
import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { type DocumentRenderer, RenderTimeout } from "../../../src/ports/document-renderer.ts";
import { randomBill } from "../../support/paper-samples.ts";
import { pdfTextPages } from "../../support/pdf-text.ts";

const DATE = "2026-09-15" as CivilDate;
const AUTHENTICITY = { contentHash: "0".repeat(64), shortCode: "0000-0000-0000", checkUrl: "https://x.example/check" };
const opened: DocumentRenderer[] = [];
const launched: Browser[] = [];

function rendererWith(options: RendererOptions = {}): DocumentRenderer {
  const renderer = createDocumentRenderer({
    launch: async () => {
      const browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
      launched.push(browser);
      return browser;
    },
    ...options,
  });
  opened.push(renderer);
  return renderer;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((renderer) => renderer.close()));
  launched.length = 0;
});

/** As a park prints it: names of common characters. The random ones hold a hundred rare ones, each from another slice. */
function ordinaryBill(): BillPaper {
  const bill = randomBill(3);
  const party = "东莞市松山湖智汇产业园管理有限公司";
  const names = [
    "租金",
    "物业管理费",
    "电费（2026年8月）",
    "水费（2026年8月）",
    "公摊电费",
    "停车费",
    "电费更正",
    "优惠",
  ];
  const [line] = bill.lines;
  if (!line) throw new Error("a bill without lines");
  const lines = names.map((name) => ({ ...line, name }));
  return {
    ...bill,
    letterhead: { ...bill.letterhead, entityName: party, operatorName: "腾跃园区运营", projectName: "东莞园区" },
    addressee: { tenantName: "东莞锐达精密模具有限公司", tenantCode: "T002", tenantTaxNo: undefined },
    leaseCode: "L002",
    asOf: DATE,
    lines,
    payee: { entityName: party, bank: "招商银行东莞分行", accountNo: "769900000010001", ownNumber: false },
    derivations: lines.map(({ name, amountFen }) => ({
      name,
      amountFen,
      lines: [
        "表计E-A101，抄表日2026年8月31日至2026年9月30日",
        "峰 1,190.5度（7,762.5→8,953） × 1.0187元 = ¥1,212.76",
        "合计后四舍五入到分",
      ],
    })),
  };
}

const paper = (html: string) => ({ html, title: "账单", date: DATE });

describe("a renderer", { timeout: 90_000 }, () => {
  it("gives the same bytes for the same paper, whatever was printed before it and wherever", async () => {
    const bill = randomBill(3);
    const request = { html: paperHtml(bill, AUTHENTICITY), title: bill.billNo, date: bill.asOf };
    const renderer = rendererWith();
    const first = await renderer.render(request);
    await renderer.render(paper(paperHtml(randomBill(4), AUTHENTICITY)));
    const again = await renderer.render(request);
    const elsewhere = await rendererWith({ pages: 1 }).render(request);
    expect([again.sha256, elsewhere.sha256]).toEqual([first.sha256, first.sha256]);
    expect((await renderer.render({ ...request, date: DATE })).sha256).not.toBe(first.sha256);
  });

  it("embeds its fonts as subsets, keeps two pages below 200 KB, and dates the file by the paper", async () => {
    const bill = ordinaryBill();
    const { bytes, pages } = await rendererWith().render({
      html: paperHtml(bill, AUTHENTICITY),
      title: bill.billNo,
      date: DATE,
    });
    const text = Buffer.from(bytes).toString("latin1");
    expect(text.match(/\/FontFile2 /g)?.length).toBeGreaterThan(5);
    expect(text).toMatch(/\/BaseFont \/[A-Z]{6}\+NotoSansSC-Regular/);
    expect(text).not.toContain("/Type3");
    expect(text).toContain("/CreationDate (D:20260915000000");
    expect([pages, bytes.length < 200_000]).toEqual([2, true]);
  });

  it("fetches nothing, runs no script and shows hostile text as text", async () => {
    const heard: string[] = [];
    const server = createServer((request, response) => {
      heard.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const spy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const renderer = rendererWith();
      // What would happen if something unescaped ever got in.
      await renderer.render(
        paper(`<p>x</p><img src="${spy}/img" onerror="fetch('${spy}/on')"><script src="${spy}/js"></script>
          <script>document.body.textContent='changed';fetch('${spy}/fetch')</script><iframe src="${spy}/frame"></iframe>
          <link rel="stylesheet" href="${spy}/css"><style>p{background:url(${spy}/bg)}</style>
          <object data="${spy}/object"></object><svg onload="fetch('${spy}/svg')"></svg><iframe src="file:///etc/passwd"></iframe>`),
      );
      const name = `<script>fetch('${spy}/name')</script>"'&<img src=${spy}/name>`;
      const bill = { ...randomBill(5), addressee: { tenantName: name, tenantCode: "T1", tenantTaxNo: undefined } };
      const printed = await renderer.render(paper(paperHtml(bill, AUTHENTICITY)));
      expect((await pdfTextPages(printed.bytes)).join("")).toContain(name.replaceAll(/\s/g, ""));
      const script = await renderer.render(paper("<p>还在</p><script>document.body.textContent='没了'</script>"));
      expect((await pdfTextPages(script.bytes)).join("")).toContain("还在");
      expect(heard).toEqual([]);
    } finally {
      server.close();
    }
  });

  it("tries a paper once more when its browser dies, and takes the next ones in a new browser", async () => {
    const problems: string[] = [];
    let deaths = 1;
    const renderer = rendererWith({
      onProblem: (problem) => problems.push(problem),
      launch: async () => {
        const browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
        launched.push(browser);
        if (deaths > 0) {
          deaths -= 1;
          const newPage = browser.newPage.bind(browser);
          browser.newPage = async () => {
            const page = await newPage();
            page.pdf = async () => {
              browser.process()?.kill("SIGKILL");
              await new Promise<void>((resolve) => browser.once("disconnected", () => resolve()));
              throw new Error("Target closed");
            };
            return page;
          };
        }
        return browser;
      },
    });
    const printed = await renderer.render(paper("<p>第一张</p>"));
    expect((await pdfTextPages(printed.bytes)).join("")).toContain("第一张");
    expect([problems.length, launched.length]).toEqual([1, 2]);
    await renderer.render(paper("<p>第二张</p>"));
    expect(launched.length).toBe(2);
  });

  it("gives up on a browser that dies twice", async () => {
    const renderer = rendererWith({
      launch: async () => {
        const browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
        await browser.close();
        launched.push(browser);
        throw new Error("no browser");
      },
    });
    await expect(renderer.render(paper("<p>x</p>"))).rejects.toThrow("no browser");
    expect(launched.length).toBe(2);
  });

  it("gives up on a paper after its time, and its page with it; the next paper gets another browser", async () => {
    let hangs = true;
    const renderer = rendererWith({
      limitMs: 12_000,
      launch: async () => {
        const browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
        launched.push(browser);
        const newPage = browser.newPage.bind(browser);
        browser.newPage = async () => {
          const page = await newPage();
          if (hangs) page.pdf = () => new Promise(() => {});
          return page;
        };
        return browser;
      },
    });
    await expect(renderer.render(paper("<p>x</p>"))).rejects.toThrow(RenderTimeout);
    hangs = false;
    await expect(renderer.render(paper("<p>x</p>"))).resolves.toMatchObject({ pages: 1 });
    expect(launched.length).toBe(2);
    await expect.poll(() => launched[0]?.connected).toBe(false);
  }, 60_000);

  it("replaces its browser after a number of papers, with papers in flight", async () => {
    const renderer = rendererWith({ papersPerBrowser: 3, pages: 2 });
    const printed = await Promise.all(
      Array.from({ length: 7 }, (_, index) => renderer.render(paper(`<p>第${index}张</p>`))),
    );
    expect(printed.map(({ pages }) => pages)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(launched.length).toBe(3);
    await expect.poll(() => launched.filter((browser) => browser.connected).length).toBe(1);
  });

  it("closes an idle browser and starts another for the next paper", async () => {
    const renderer = rendererWith({ idleMs: 50 });
    await renderer.render(paper("<p>x</p>"));
    await expect.poll(() => launched[0]?.connected).toBe(false);
    await renderer.render(paper("<p>y</p>"));
    expect(launched.length).toBe(2);
  });

  it("takes nothing after it was closed", async () => {
    const renderer = rendererWith();
    await renderer.close();
    await expect(renderer.render(paper("<p>x</p>"))).rejects.toThrow("closed");
  });
});
