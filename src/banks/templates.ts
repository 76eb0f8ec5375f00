/*
 * Column templates of bank statements, as data: which headers a bank gives to which column. Headers are compared after
 * cleanHeader. A new bank is a new entry; nothing else changes.
 */

export type ColumnRole =
  | "bookingDate"
  | "valueDate"
  | "transactionDate"
  | "time"
  | "amount"
  | "debit"
  | "credit"
  | "flag"
  | "balance"
  | "counterpartyName"
  | "counterpartyAccount"
  | "summary"
  | "remark"
  | "serialNo"
  | "virtualAccount"
  | "reversal"
  | "account"
  | "currency";

export interface BankTemplate {
  readonly name: string;
  /** Further names by which a person may ask for it. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** The file is this bank's when one of these sets of headers is there; none: it fits any file. */
  readonly signatures: readonly (readonly string[])[];
  /** For each role its headers, the most telling first; roles with `…All` semantics are joined, see JOINED_ROLES. */
  readonly columns: Readonly<Partial<Record<ColumnRole, readonly string[]>>>;
}

/** Several columns of these roles are read as one text. */
export const JOINED_ROLES: ReadonlySet<ColumnRole> = new Set(["summary", "remark"]);

const GENERIC_COLUMNS: Readonly<Record<ColumnRole, readonly string[]>> = {
  bookingDate: [
    "记账日期",
    "记账日",
    "入账日期",
    "入账日",
    "账务日期",
    "日期",
    "会计日期",
    "过账日期",
    "BookingDate",
    "Date",
  ],
  valueDate: ["起息日", "起息日期", "ValueDate"],
  transactionDate: ["交易日", "交易日期", "交易时间", "交易日期时间", "业务日期", "发生日期", "TransactionDate"],
  time: ["交易时间", "时间", "记账时间", "入账时间", "交易时刻", "Time"],
  amount: ["交易金额", "金额", "发生额", "交易额", "收支金额", "发生金额", "Amount"],
  debit: [
    "借方金额",
    "借方发生额",
    "借方",
    "支出",
    "支出金额",
    "转出金额",
    "借方发生额(支取)",
    "借方发生额/元(支取)",
    "借方发生额(支出)",
    "付款金额",
    "支取金额",
    "支出(借方)",
    "记账金额(支出)",
    "交易金额(支出)",
    "支出额",
    "Debit",
  ], // prettier-ignore
  credit: [
    "贷方金额",
    "贷方发生额",
    "贷方",
    "收入",
    "收入金额",
    "转入金额",
    "贷方发生额(收入)",
    "贷方发生额/元(收入)",
    "贷方发生额(存入)",
    "收款金额",
    "存入金额",
    "收入(贷方)",
    "记账金额(收入)",
    "交易金额(收入)",
    "收入额",
    "Credit",
  ], // prettier-ignore
  flag: [
    "借贷标志",
    "借贷方向",
    "借/贷",
    "借贷",
    "借贷标识",
    "收/支",
    "收支",
    "收支类型",
    "收付标志",
    "收付方向",
    "方向",
    "收支方向",
    "D/C",
  ],
  balance: ["余额", "账户余额", "可用余额", "联机余额", "本次余额", "交易后余额", "当前余额", "账面余额", "Balance"],
  counterpartyName: [
    "对方户名",
    "对方名称",
    "对方单位名称",
    "对方账户名称",
    "对方账号名称",
    "对手户名",
    "对手名称",
    "收/付方名称",
    "收付方名称",
    "交易对手",
    "交易对方",
    "对方单位",
    "付款人名称",
    "付款人",
    "付款方名称",
    "对方姓名",
    "Counterparty",
  ], // prettier-ignore
  counterpartyAccount: [
    "对方账号",
    "对方账户",
    "对方帐号",
    "对手账号",
    "收/付方账号",
    "收/付方帐号",
    "收付方账号",
    "交易对手账号",
    "付款人账号",
    "付款方账号",
    "对方卡号/账号",
    "CounterpartyAccount",
  ], // prettier-ignore
  summary: ["摘要", "交易摘要", "交易备注", "摘要说明", "业务摘要", "其它摘要", "其他摘要", "扩展摘要", "Summary"],
  remark: ["附言", "用途", "备注", "交易附言", "客户附言", "留言", "个性化信息", "交易用途", "业务名称", "Remark"],
  serialNo: [
    "流水号",
    "交易流水号",
    "核心流水号",
    "账户明细编号-交易流水号",
    "银行流水号",
    "柜员流水号",
    "交易序号",
    "交易参考号",
    "全局流水号",
    "SerialNo",
  ], // prettier-ignore
  virtualAccount: [
    "虚拟账号",
    "虚拟子账号",
    "虚拟账户",
    "记账子单元编号",
    "子账户",
    "子账号",
    "收款虚拟账号",
    "识别码",
  ],
  reversal: ["冲账标志", "冲正标志", "冲账", "冲销标志", "抹账标志", "红字标志"],
  account: ["账号", "本方账号", "本方帐号", "查询账号", "账户", "我方账号"],
  currency: ["币种", "货币", "Currency"],
};

/** In the order in which a file is tried when nobody named one; generic last. */
export const BANK_TEMPLATES: readonly BankTemplate[] = [
  {
    name: "cmb",
    aliases: ["招行", "招商银行", "招商"],
    title: "招商银行",
    signatures: [
      ["交易日", "借方金额", "贷方金额", "余额"],
      ["交易日期", "记账日期", "交易金额", "账户余额"],
    ],
    columns: {
      ...GENERIC_COLUMNS,
      bookingDate: ["记账日期", "交易日"],
      valueDate: ["起息日", "交易日期"],
      transactionDate: [],
      time: ["交易时间"],
      remark: ["用途", "业务名称", "附言", "备注"],
    },
  },
  {
    name: "icbc",
    aliases: ["工行", "工商银行", "中国工商银行"],
    title: "工商银行",
    signatures: [
      ["记账日期", "借方发生额", "贷方发生额", "交易摘要"],
      ["凭证号", "对方单位名称", "借方发生额", "贷方发生额"],
      ["借方发生额", "贷方发生额", "个性化信息"],
    ],
    columns: GENERIC_COLUMNS,
  },
  {
    name: "generic",
    aliases: ["通用", "通用模板", "其他银行", "auto"],
    title: "通用格式",
    signatures: [[]],
    columns: GENERIC_COLUMNS,
  },
];

/** The template of a name or alias, case ignored. */
export const findTemplate = (name: string): BankTemplate | undefined =>
  BANK_TEMPLATES.find((template) =>
    [template.name, template.title, ...template.aliases].some((one) => one.toLowerCase() === name.trim().toLowerCase()),
  );
