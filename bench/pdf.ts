import { performance } from "node:perf_hooks";
import type { Browser, Page } from "puppeteer";
import { launchChromium } from "../src/documents/browser/chromium.ts";
import { createDocumentRenderer } from "../src/documents/browser/renderer.ts";
import { fillShell, openShell } from "../src/documents/browser/shell.ts";
import { paperHtml } from "../src/documents/paper-html.ts";
import type { BillPaper, PaperLine } from "../src/domain/documents/paper.ts";
import type { CivilDate, Month } from "../src/domain/time/civil-date.ts";

/*
 * npm run bench -- pdf: 300 different two-page bills, from their records to their bytes. The limit is measured in the same
 * run and interleaved with it: bare page.pdf of one ready-made two-page bill that stands in its pages already, with as many
 * pages in flight. Target: 70 % of it or more, and a browser that does not grow.
 */

const BILLS = Number(process.env.BENCH_PDF_BILLS ?? "300");
const IN_FLIGHT = 2;
const ROUNDS = 3;
const TARGET = 0.7;

const AUTHENTICITY = {
  contentHash: "0123456789abcdef".repeat(4),
  shortCode: "7K3M-9QXA-2BCD",
  checkUrl: "https://bills.example.com/h5/document/check",
};
const NAMES = [
  "租金",
  "物业管理费",
  "电费（2026年8月）",
  "水费（2026年8月）",
  "公摊电费（2026年8月）",
  "停车费",
  "服务费",
];
const SURNAMES = [..."恒锐腾鑫宏盛远航辰睿博凯瑞华兴达"];

/** Every bill differs in tenant, lines and figures, as those of a park do. */
function bill(index: number): BillPaper {
  const period = { from: "2026-09-01" as CivilDate, to: "2026-09-30" as CivilDate };
  const lines = NAMES.map((name, place): PaperLine => {
    const amountFen = BigInt(100_000 + ((index * 7_919 + place * 104_729) % 900_000));
    const taxFen = (amountFen * 9n) / 109n;
    const quantity = `${100 + ((index * 31 + place * 17) % 400)}`;
    const term = (label: string) => ({ label, quantity: `${quantity}.5度`, price: "1.0187", amount: "¥1,212.7624" });
    return {
      name,
      period,
      terms:
        place === 2 ? ["尖", "峰", "平", "谷"].map(term) : [{ ...term(""), quantity: `${quantity}.00㎡ × 30天/30天` }],
      taxRate: "0.09",
      netFen: amountFen - taxFen,
      taxFen,
      amountFen,
      estimated: false,
    };
  });
  const sum = (part: (line: PaperLine) => bigint) => lines.reduce((total, line) => total + part(line), 0n);
  const totalFen = sum((line) => line.amountFen);
  const surname = `${SURNAMES[index % SURNAMES.length]}${SURNAMES[(index * 7 + 3) % SURNAMES.length]}`;
  return {
    kind: "bill",
    letterhead: {
      operatorName: "腾跃园区运营",
      entityName: "东莞腾跃园区开发有限公司",
      entityTaxNo: "91441900MA00DEMO01",
      projectName: "东莞园区",
    },
    addressee: { tenantName: `东莞市${surname}精密电子科技有限公司`, tenantCode: `T${index}`, tenantTaxNo: undefined },
    billNo: `DG-202609-${String(index).padStart(5, "0")}`,
    leaseCode: `L${index}`,
    units: ["A-301"],
    month: "2026-09" as Month,
    issueDate: period.from,
    dueDate: "2026-09-11" as CivilDate,
    asOf: "2026-09-15" as CivilDate,
    lines,
    totalFen,
    netFen: sum((line) => line.netFen),
    taxFen: sum((line) => line.taxFen),
    lateFeeFen: 1_234n,
    paidFen: 0n,
    owedFen: totalFen + 1_234n,
    payments: [],
    previousFen: 0n,
    prepaymentFen: 0n,
    payee: { entityName: "东莞腾跃园区开发有限公司", bank: "招商银行", accountNo: "769900000010001", ownNumber: false },
    paymentCode: `PK${index}`,
    payUrl: `https://bills.example.com/h5/pay?t=${String(index).padStart(110, "x")}`,
    followUrl: undefined,
    usage: [
      {
        utility: "electricity",
        months: Array.from({ length: 12 }, (_, month) => ({
          month: `2026-${String(month + 1).padStart(2, "0")}` as Month,
          usage: 800 + ((index * 13 + month * 97) % 900),
        })),
      },
    ],
    derivations: lines.map(({ name, amountFen }) => ({
      name,
      amountFen,
      lines: [
        `表计E-A${index}：2026年8月31日读数${index + 462}.5，2026年9月30日读数${index + 492}.5`,
        `${name}：42.00元 × 300.00㎡ × 30天/30天 = ¥12,600.00`,
      ],
    })),
  };
}

async function inFlight(count: number, work: (index: number, lane: number) => Promise<void>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async (_, lane) => {
      for (let index = next++; index < count; index = next++) await work(index, lane);
    }),
  );
  return count / ((performance.now() - begun) / 1_000);
}

/** The same options as the renderer's, on pages that hold the bill already. */
async function limitPages(browser: Browser): Promise<Page[]> {
  const html = paperHtml(bill(0), AUTHENTICITY);
  const pages: Page[] = [];
  for (let lane = 0; lane < IN_FLIGHT; lane += 1) {
    const page = await openShell(browser);
    await fillShell(page, html, "账单");
    pages.push(page);
  }
  return pages;
}

const barePdf = (page: Page): Promise<Uint8Array> =>
  page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: false, outline: false, waitForFonts: false });

/** JavaScript heap, DOM nodes and documents of all pages of a browser. */
async function grownIn(browser: Browser): Promise<{ readonly heapMb: number; readonly nodes: number }> {
  const metrics = await Promise.all(
    (await browser.pages()).map(async (page) => {
      const session = await page.createCDPSession();
      await session.send("HeapProfiler.collectGarbage");
      await session.detach();
      return page.metrics();
    }),
  );
  const sum = (part: (one: (typeof metrics)[number]) => number | undefined) =>
    metrics.reduce((total, one) => total + (part(one) ?? 0), 0);
  return { heapMb: sum((one) => one.JSHeapUsedSize) / 1_048_576, nodes: sum((one) => one.Nodes) };
}

async function benchPdf(): Promise<boolean> {
  const limitBrowser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
  let browser: Browser | undefined;
  const renderer = createDocumentRenderer({
    pages: IN_FLIGHT,
    launch: async () => {
      browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
      return browser;
    },
  });
  try {
    const pages = await limitPages(limitBrowser);
    const render = async (index: number) => {
      const paper = bill(index);
      return renderer.render({ html: paperHtml(paper, AUTHENTICITY), title: paper.billNo, date: paper.asOf });
    };
    await inFlight(20, async (index) => void (await render(index)));
    await inFlight(20, async (_index, lane) => void (pages[lane] && (await barePdf(pages[lane]))));
    const each = Math.ceil(BILLS / ROUNDS);
    const rounds: { ours: number; limit: number }[] = [];
    let bytesMost = 0;
    const rss: number[] = [];
    const grown: { heapMb: number; nodes: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const limit = await inFlight(each, async (_index, lane) => void (pages[lane] && (await barePdf(pages[lane]))));
      const ours = await inFlight(each, async (index) => {
        const pdf = await render(round * each + index);
        if (pdf.pages !== 2) throw new Error(`bill ${round * each + index} has ${pdf.pages} pages`);
        bytesMost = Math.max(bytesMost, pdf.bytes.length);
      });
      rounds.push({ ours, limit });
      rss.push(process.memoryUsage().rss / 1_048_576);
      if (browser) grown.push(await grownIn(browser));
      console.log(
        `round ${round + 1}: ours ${ours.toFixed(1)} bills/s, bare page.pdf ${limit.toFixed(1)}/s, ratio ${((ours / limit) * 100).toFixed(0)} %; ` +
          `node ${rss.at(-1)?.toFixed(0)} MB, pages ${grown.at(-1)?.heapMb.toFixed(1)} MB heap, ${grown.at(-1)?.nodes} nodes`,
      );
    }
    const total = (part: (round: { ours: number; limit: number }) => number) =>
      rounds.reduce((sum, round) => sum + 1 / part(round), 0);
    const ratio = total((round) => round.limit) / total((round) => round.ours);
    const met = ratio >= TARGET;
    console.log(
      `${BILLS} two-page bills, ${IN_FLIGHT} pages in flight: ${(ratio * 100).toFixed(0)} % of bare page.pdf (target ${TARGET * 100} %): ${met ? "met" : "missed"}; largest file ${(bytesMost / 1_000).toFixed(0)} kB`,
    );
    return met;
  } finally {
    await renderer.close();
    await limitBrowser.close();
  }
}

process.exitCode = (await benchPdf()) ? 0 : 1;
