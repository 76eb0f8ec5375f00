import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import iconv from "iconv-lite";
import { afterAll, describe, expect, it } from "vitest";
import { readReadingFile } from "../../../src/meters/reading-file.ts";

const folder = mkdtempSync(join(tmpdir(), "parkledger-readings-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function written(content: string | Buffer, suffix = "csv"): string {
  files += 1;
  const path = join(folder, `${files}.${suffix}`);
  writeFileSync(path, content);
  return path;
}
async function read(content: string | Buffer, template?: string) {
  const file = await readReadingFile(written(content), template);
  if (!file.ok) throw new Error(file.message);
  return file;
}
const offered = (meter: string, standsOn: string, values: object, rollover = false) => ({
  meter,
  standsOn,
  values,
  kind: "periodic",
  rollover,
});

describe("a file of readings", () => {
  it("has a row a meter, in UTF-8 with a title above the header and units in it", async () => {
    const file = await read(
      '﻿8月抄表,,\n表号,抄表日期,本期读数(kWh),归零\nM1,2026/8/31,"1,234.5",\nM2,2026年8月31日,12度,是\n',
    );
    expect(file.readings).toEqual([
      { row: 3, offered: offered("M1", "2026-08-31", { total: "1234.5" }) },
      { row: 4, offered: offered("M2", "2026-08-31", { total: "12" }, true) },
    ]);
  });

  it("has a column a register, in GBK as a vendor's program exports it", async () => {
    const text =
      "仪表编号\t采集时间\t正向有功尖\t正向有功峰\t正向有功平\t正向有功谷\nE1\t2026-08-31 23:59:59\t1\t2\t3\t4\n";
    const { readings } = await read(iconv.encode(text, "gbk"));
    expect(readings.map((row) => row.offered)).toEqual([
      offered("E1", "2026-08-31", { sharp: "1", peak: "2", flat: "3", valley: "4" }),
    ]);
  });

  it("has a row a register, which become one reading", async () => {
    const { template, readings } = await read(
      "表号,日期,费率,读数\nE1,2026-08-31,峰,2\nE1,2026-08-31,谷,4\nE1,2026-08-31,深谷,5\n",
    );
    expect(template).toBe("long");
    expect(readings).toEqual([{ row: 2, offered: offered("E1", "2026-08-31", { peak: "2", valley: "4", deep: "5" }) }]);
  });

  it("is a workbook with real dates and figures", async () => {
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet("读数");
    sheet.addRow(["表号", "抄表日期", "读数"]);
    sheet.addRow(["M1", new Date("2026-08-31T00:00:00Z"), 1234.5]);
    const path = join(folder, "readings.xlsx");
    await workbook.xlsx.writeFile(path);
    const file = await readReadingFile(path);
    expect(file).toMatchObject({ ok: true, readings: [{ offered: offered("M1", "2026-08-31", { total: "1234.5" }) }] });
  });

  it("names the rows that can't be read, and reads the others", async () => {
    const file = await read("表号,抄表日期,读数\n,2026-08-31,1\nM1,8月底,2\nM2,2026-08-31,\nM3,2026-08-31,3\n");
    expect(file.readings).toHaveLength(1);
    expect(file.refused.map(({ message }) => message)).toEqual([
      "第 2 行没有表号",
      "第 3 行的日期“8月底”无法识别，请写成 2026-08-31",
      "第 4 行没有读数",
    ]);
  });

  it.each([
    ["no header", "a,b,c\n1,2,3\n", undefined, "HEADER_NOT_FOUND"],
    ["a template that is not there", "表号,日期,读数\n", "acme", "TEMPLATE_UNKNOWN"],
    ["a PDF", "%PDF-1.7", undefined, "FILE_FORMAT"],
  ])("is refused: %s", async (_case, content, template, code) => {
    expect(await readReadingFile(written(content), template)).toMatchObject({ ok: false, code });
  });
});
