import { afterAll, expect, it } from "vitest";
import { createDocumentRenderer } from "../../../src/documents/browser/renderer.ts";
import { paperHtml } from "../../../src/documents/paper-html.ts";
import type { BillPaper } from "../../../src/domain/documents/paper.ts";
import { toChineseCapitals } from "../../../src/domain/money/chinese-capitals.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { randomBill } from "../../support/paper-samples.ts";
import { pdfTextPages, readInOrder } from "../../support/pdf-text.ts";

/* What a person reads and copies out of the PDF is what the record says. PDF_BILLS=200 takes about 20 s. */

const BILLS = Number(process.env.PDF_BILLS ?? "32");
const AT_ONCE = 2;
const renderer = createDocumentRenderer({ executablePath: process.env.PUPPETEER_EXECUTABLE_PATH, pages: AT_ONCE });
afterAll(() => renderer.close());

const AUTHENTICITY = {
  contentHash: "0123456789abcdef".repeat(4),
  shortCode: "7K3M-9QXA-2BCD",
  checkUrl: "https://bills.example.com/h5/document/check",
};

it(`the text of ${BILLS} random bills equals their records, wrapped names and negative lines included`, async () => {
  const seeds = Array.from({ length: BILLS }, (_, index) => index + 1);
  let pagesMost = 0;
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const bill = randomBill(seed);
      const html = paperHtml(bill, AUTHENTICITY);
      const pdf = await renderer.render({ html, title: bill.billNo, date: bill.asOf });
      const pages = await pdfTextPages(pdf.bytes);
      expect(pages.length, `pages of bill ${seed}`).toBe(pdf.pages);
      pagesMost = Math.max(pagesMost, pages.length);
      for (const [index, page] of pages.entries()) {
        const foot = `${bill.billNo}校验码${AUTHENTICITY.shortCode}`;
        expect(page, `foot of page ${index + 1} of bill ${seed}`).toContain(foot);
        expect(page).toContain(`第${index + 1}页/共${pages.length}页`);
      }
      readInOrder(withoutFeet(bill, pages), expectedOf(bill));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // The sixty lines went over pages.
  expect(pagesMost).toBeGreaterThan(3);
}, 240_000);

/** One text; heads and feet that each page repeats would stand in the middle of names otherwise. */
function withoutFeet(bill: BillPaper, pages: readonly string[]): string {
  return pages
    .map((page, index) =>
      page
        .replace(`${bill.billNo}校验码${AUTHENTICITY.shortCode}`, "")
        .replace(`第${index + 1}页/共${pages.length}页`, ""),
    )
    .join("");
}

function expectedOf(bill: BillPaper): string[] {
  const { letterhead, addressee } = bill;
  const owes = bill.owedFen > 0n;
  const chinese = (date: string) =>
    `${Number(date.slice(0, 4))}年${Number(date.slice(5, 7))}月${Number(date.slice(8))}日`;
  const lines = bill.lines.flatMap((line) => {
    const [only, second] = line.terms;
    const single = second ? undefined : only;
    const percent = { "0.09": "9%", "0.06": "6%", "0.13": "13%", "0": "0%", "0.015": "1.5%" }[line.taxRate];
    return [
      line.name +
        (line.estimated ? "（估读）" : "") +
        `${chinese(line.period.from)}至${chinese(line.period.to)}` +
        `${single?.quantity ?? ""}${single?.price ?? ""}${percent}${formatYuan(line.taxFen)}${formatYuan(line.amountFen)}`,
      ...(second ? line.terms.map((term) => `${term.label}${term.quantity}${term.price}${term.amount}`) : []),
    ];
  });
  return [
    letterhead.entityName,
    "费用账单",
    addressee.tenantName,
    bill.billNo,
    bill.leaseCode,
    bill.units.join("、"),
    ...lines,
    `本期合计${formatYuan(bill.taxFen)}${formatYuan(bill.totalFen)}`,
    `其中不含税金额${formatYuan(bill.netFen)}`,
    `本期合计${formatYuan(bill.totalFen)}`,
    ...(bill.lateFeeFen > 0n ? [formatYuan(bill.lateFeeFen)] : []),
    ...(bill.paidFen > 0n ? [`已付${formatYuan(-bill.paidFen)}`] : []),
    formatYuan(bill.owedFen),
    `大写${toChineseCapitals(bill.owedFen)}`,
    ...(owes && bill.payee ? [`户名${bill.payee.entityName}`, `账号${bill.payee.accountNo}`] : []),
    ...(owes && bill.payee && !bill.payee.ownNumber ? [`转账附言${bill.paymentCode}`] : []),
    ...bill.payments.map((payment) => `银行转账${payment.receiptNo}${formatYuan(payment.amountFen)}`),
    ...bill.derivations.flatMap(({ name, amountFen, lines: told }) => [`${name}${formatYuan(amountFen)}`, ...told]),
    AUTHENTICITY.contentHash,
  ];
}
