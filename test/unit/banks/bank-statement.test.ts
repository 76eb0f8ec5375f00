import ExcelJS from "exceljs";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { statementOf } from "../../../src/compose/statement-files.ts";
import type { ParsedLine } from "../../../src/domain/reconciliation/statement.ts";
import type { StatementEnd } from "../../../src/domain/reconciliation/statement-event.ts";

async function read(bytes: Buffer | string) {
  const file = await statementOf("流水.csv", typeof bytes === "string" ? Buffer.from(bytes) : bytes, {
    source: "bank",
  });
  const lines: ParsedLine[] = [];
  const problems: string[] = [];
  let end: StatementEnd | undefined;
  for await (const event of file.events()) {
    if (event.type === "line") lines.push(event.line);
    else if (event.type === "problem")
      problems.push(`${event.problem.rowNo ?? ""} ${event.problem.column ?? ""} ${event.problem.message}`);
    else if (event.type === "end") end = event;
  }
  return { lines, problems, end };
}
const brief = ({ valueDate, bookingDate, bookedTime, amountFen, balanceAfterFen, remark }: ParsedLine) => [
  valueDate,
  bookingDate,
  bookedTime,
  amountFen,
  balanceAfterFen,
  remark,
];

describe("what banks export", () => {
  it("招行: preface, a comma of thousands without quotes, value date beside booking date, empty last columns, GBK", async () => {
    const text = [
      "账号：755912345610501,,,",
      "期初余额：10,000.00",
      "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,收/付方名称,收/付方账号,冲账标志,",
      '755912345610501,甲,人民币,20260901,091500,20260831,转账,,"1,234.50","11,234.50",房租,"张三, 公司",6225 8888 1111,,',
      '755912345610501,甲,人民币,20260901,,20260901,转账,,"-1,234.50","10,000.00",冲正,,,*,',
    ].join("\r\n");
    for (const bytes of [iconv.encode(text, "gb18030"), iconv.encode(text, "utf8", { addBOM: true })]) {
      const { lines, problems, end } = await read(bytes);
      expect(problems).toEqual([]);
      expect(lines.map(brief)).toEqual([
        ["2026-08-31", "2026-09-01", "09:15:00", 123_450n, 1_123_450n, "房租"],
        ["2026-09-01", "2026-09-01", undefined, -123_450n, 1_000_000n, "冲正"],
      ]);
      expect(lines[0]).toMatchObject({
        counterpartyName: "张三, 公司",
        counterpartyAccount: "622588881111",
        reversal: false,
      });
      expect(lines[1]).toMatchObject({ reversal: true });
      expect(end).toMatchObject({
        layout: "cmb",
        declared: { openingFen: 1_000_000n },
        accountNos: ["755912345610501"],
      });
    }
  });

  it('工行: Excel\'s ="…" around numbers, a flag beside two amount columns, three columns of text', async () => {
    const { lines, end } = await read(
      iconv.encode(
        [
          "[HISTORYDETAIL]",
          "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,个性化信息",
          '1,="4000023019200000001",="6222",2026-09-02 10:11:12,贷,0.00,"5,000.00",102,转账,房租,某公司,"15,000.00",DG-202609-00001',
        ].join("\n"),
        "gb18030",
      ),
    );
    expect(lines.map(brief)).toEqual([
      ["2026-09-02", "2026-09-02", "10:11:12", 500_000n, 1_500_000n, "转账 房租 DG-202609-00001"],
    ]);
    expect(lines[0]).toMatchObject({ counterpartyAccount: "6222", counterpartyName: "某公司" });
    expect(end).toMatchObject({ layout: "icbc", accountNos: ["4000023019200000001"] });
  });

  it("any bank: 借/贷 with ¥, dates in words, sums and balances around the table", async () => {
    const flagged = await read(
      "日期,借/贷,金额(元),余额(元),摘要\n2026年9月2日 15时00分,贷,¥1000.00,￥11000.00,房租\n2026年9月2日 16时30分,借,￥200.00,10800,费\n",
    );
    expect(flagged.lines.map(brief)).toEqual([
      ["2026-09-02", "2026-09-02", "15:00:00", 100_000n, 1_100_000n, "房租"],
      ["2026-09-02", "2026-09-02", "16:30:00", -20_000n, 1_080_000n, "费"],
    ]);
    const summed = await read(
      "日期,摘要,借方,贷方,余额\n2026-09-02,期初余额,,,10000.00\n2026-09-02,房租,,500,10500\n合计,,0.00,500,\n第1页,共1页,,,\n打印时间：2026-09-30 10:00:00\n",
    );
    expect(summed.problems).toEqual([]);
    expect(summed.lines).toHaveLength(1);
    expect(summed.end?.declared).toEqual({ openingFen: 1_000_000n, outFen: 0n, inFen: 50_000n });
  });

  it("XLSX: dates and numbers as Excel keeps them, formulas by their result", async () => {
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet("明细");
    sheet.addRow(["招商银行"]);
    sheet.addRow([
      "账号",
      "账号名称",
      "币种",
      "交易日",
      "交易时间",
      "起息日",
      "交易类型",
      "借方金额",
      "贷方金额",
      "余额",
      "摘要",
    ]);
    const day = new Date(Date.UTC(2026, 8, 2));
    // 0.1 + 0.2 + 11234 is 11234.300000000001 in binary.
    sheet.addRow(["7559", "甲", "人民币", day, "10:00:00", day, "转账", null, 1234.56, 0.1 + 0.2 + 11_234, "租"]);
    sheet.addRow([
      "7559",
      "甲",
      "人民币",
      "20260903",
      "",
      "",
      "转账",
      20.1,
      null,
      { formula: "J3-H4", result: 11_214.2 },
      "费",
    ]);
    const bytes = Buffer.from(await workbook.xlsx.writeBuffer());
    const { lines, problems } = await read(bytes);
    expect(problems).toEqual([]);
    expect(lines.map(brief)).toEqual([
      ["2026-09-02", "2026-09-02", "10:00:00", 123_456n, 1_123_430n, "租"],
      ["2026-09-03", "2026-09-03", undefined, -2_010n, 1_121_420n, "费"],
    ]);
    expect((await read(bytes.subarray(0, bytes.length - 200))).problems).toEqual([
      expect.stringContaining("工作簿已损坏"),
    ]);
    const garbled = Buffer.from(bytes);
    garbled.fill(0x55, 300, 500);
    expect((await read(garbled)).problems).toEqual([expect.stringContaining("工作簿已损坏")]);
  });
});

describe("what can't be read", () => {
  it.each([
    ["2026-09-31,1.00,1.00,a", "2 日期"],
    ["09/02/2026,1.00,1.00,a", "2 日期"],
    [",1.00,1.00,a", "2 日期 没有日期"],
    ["2026-09-02,1.005,1.00,a", "2 金额"],
    ['2026-09-02,"1,23.45",1.00,a', "2 金额"],
    ["2026-09-02,1.2E+05,1.00,a", '2 金额 "1.2E+05" 不是金额，这是 Excel 的科学计数法'],
    ["2026-09-02,,1.00,a", "2 金额 没有金额"],
  ])("%s", async (row, problem) => {
    const { problems, lines } = await read(`日期,金额,余额,摘要\n${row}\n`);
    expect(lines).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["", "文件是空的"],
    ["%PDF-1.7", "这是 PDF"],
    ["<html><table></table></html>", "网页"],
    ["a,b,c\n1,2,3\n", "找不到表头"],
    ['日期,金额,余额,摘要\n2026-09-02,1.00,2.00,"费\n', "引号不成对"],
  ])("%j", async (text, problem) => {
    expect((await read(text)).problems).toEqual([expect.stringContaining(problem)]);
  });
});
