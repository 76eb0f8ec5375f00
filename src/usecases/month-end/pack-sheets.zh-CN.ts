import type { Fen } from "../../domain/money/fen.ts";
import { formatMonth } from "../../domain/time/civil-date.ts";
import { SUMMARIES } from "../../domain/vouchers/templates.ts";
import type { ListCell } from "../lists/list.ts";
import { wordOf } from "../lists/words.zh-CN.ts";
import type { MonthEndPack, ReceivableRow, Tie } from "./month-end-pack.ts";

/** A sheet of the workbook; what src/reports writes. */
export interface PackSheet {
  readonly sheetName: string;
  readonly headers: readonly (readonly string[])[];
  readonly rows: readonly (readonly ListCell[])[];
}

const yuan = (amountFen: Fen): ListCell => ({ amountFen });
const whole = (integer: number): ListCell => ({ integer });

const TIE_WORDS: Readonly<Record<Tie["what"], string>> = {
  opening: "期初：业务合计 / 总账",
  closing: "期末：业务合计 / 总账",
  "open-items-today": "截至今日：业务合计 / 未收明细",
  "facts-today": "截至今日：业务重算 / 总账",
};

/** The pack as the sheets of a workbook, in Chinese: 概览 first, with every difference that is not zero. */
export function packSheets(pack: MonthEndPack): PackSheet[] {
  return [
    overview(pack),
    receivables(pack),
    liabilities(pack),
    ties(pack),
    aging(pack),
    days(pack),
    exceptions(pack),
    missing(pack),
  ];
}

function overview(pack: MonthEndPack): PackSheet {
  const differences = pack.ties.filter(({ differenceFen }) => differenceFen !== 0n);
  const { receivablesTotal: total } = pack;
  return {
    sheetName: "概览",
    headers: [["项目", "内容", "金额"]],
    rows: [
      ["公司", `${pack.entity} ${pack.entityName}`, ""],
      ["月份", formatMonth(pack.month), ""],
      ["结账状态", pack.locked ? "已锁定" : "未锁定", ""],
      ["应收期初", "", yuan(total.openingFen)],
      ["本月开单", "", yuan(total.billedFen)],
      ["本月收回", "", yuan(total.receivedFen)],
      ["应收期末", "", yuan(total.closingFen)],
      ...pack.liabilities.map((one): ListCell[] => [`${one.account} ${one.name}`, "期末余额", yuan(one.closingFen)]),
      ["核对差异", differences.length === 0 ? "全部核对一致" : `${differences.length} 处不一致，见“核对”`, ""],
      ...differences.map((tie): ListCell[] => ["差异", tieName(tie), yuan(tie.differenceFen)]),
      ["未日结", `${pack.days.filter(({ closed }) => !closed).length} 天`, ""],
      ["未处理差异", `${pack.exceptions.length} 条`, ""],
      ["结账前还缺", `${pack.missing.length} 项`, ""],
    ],
  };
}

const receivables = (pack: MonthEndPack): PackSheet => ({
  sheetName: "应收滚动",
  headers: [
    [
      "费用类别",
      "期初",
      "期初导入",
      "本月开单",
      "违约金计提",
      "更正与冲抵",
      "本月收回",
      "减免",
      "核销坏账",
      "手续费冲抵",
      "期末",
    ], // prettier-ignore
  ],
  rows: [...pack.receivables, pack.receivablesTotal].map((row) => [nameOf(row), ...figuresOf(row)]),
});

const nameOf = ({ kind }: ReceivableRow): string => (kind === "total" ? "合计" : wordOf(kind));

const figuresOf = (row: ReceivableRow): ListCell[] =>
  [
    row.openingFen,
    row.takenOverFen,
    row.billedFen,
    row.lateFeeFen,
    row.correctionFen,
    -row.receivedFen,
    -row.waivedFen,
    -row.writtenOffFen,
    -row.bankFeeFen,
    row.closingFen,
  ].map(yuan);

const liabilities = (pack: MonthEndPack): PackSheet => ({
  sheetName: "预收与押金滚动",
  headers: [["科目", "名称", "事项", "增加", "减少", "余额"]],
  rows: pack.liabilities.flatMap((one): ListCell[][] => [
    [one.account, one.name, "期初", "", "", yuan(one.openingFen)],
    ...one.movements.map(({ event, increaseFen, decreaseFen }): ListCell[] => [
      one.account,
      one.name,
      SUMMARIES.get(event) ?? event,
      yuan(increaseFen),
      yuan(decreaseFen),
      "",
    ]),
    [one.account, one.name, "期末", "", "", yuan(one.closingFen)],
  ]),
});

const tieName = ({ account, what, kind }: Tie): string =>
  [account, kind === undefined ? "" : wordOf(kind), TIE_WORDS[what]].filter((part) => part !== "").join(" ");

const ties = (pack: MonthEndPack): PackSheet => ({
  sheetName: "核对",
  headers: [["科目", "费用类别", "核对内容", "业务合计", "对照", "差异"]],
  rows: pack.ties.map((tie) => [
    tie.account,
    tie.kind === undefined ? "" : wordOf(tie.kind),
    TIE_WORDS[tie.what],
    yuan(tie.factsFen),
    yuan(tie.ledgerFen),
    yuan(tie.differenceFen),
  ]),
});

const aging = (pack: MonthEndPack): PackSheet => ({
  sheetName: "账龄",
  headers: [["租户编号", "租户名称", "未到期", "1–30天", "31–60天", "61–90天", "90天以上", "合计"]],
  rows: pack.aging.map((one) => [
    one.tenant,
    one.tenantName,
    ...[one.notDueFen, one.days30Fen, one.days60Fen, one.days90Fen, one.olderFen, one.totalFen].map(yuan),
  ]),
});

const days = (pack: MonthEndPack): PackSheet => ({
  sheetName: "日结",
  headers: [["账户", "日期", "状态", "流水笔数", "收入", "支出"]],
  rows: [
    ...pack.days.map((day): ListCell[] => [
      day.account,
      day.date,
      day.closed ? "已结" : "未结",
      whole(day.lines),
      yuan(day.inFen),
      yuan(day.outFen),
    ]),
    ...pack.daysWithoutStatement.map((gap): ListCell[] => [
      gap.account,
      `${gap.first} 起`,
      `共 ${gap.days} 天没有对账`,
      "",
      "",
      "",
    ]),
  ],
});

const exceptions = (pack: MonthEndPack): PackSheet => ({
  sheetName: "未处理差异",
  headers: [["编号", "类别", "账户", "日期", "金额", "负责角色"]],
  rows: pack.exceptions.map((one) => [
    one.id,
    one.kind,
    one.account,
    one.date ?? "",
    yuan(one.amountFen),
    one.ownerRole ?? "",
  ]),
});

const missing = (pack: MonthEndPack): PackSheet => ({
  sheetName: "结账前还缺",
  headers: [["日期", "科目或账户", "金额", "事项"]],
  rows: pack.missing.map((one) => [one.date, one.account, yuan(one.amountFen), one.what]),
});
