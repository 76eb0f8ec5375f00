import type { ChargeKind } from "../world/lease.ts";

export interface Account {
  readonly code: string;
  /** As the books of the field name it. */
  readonly name: string;
  readonly normalSide: "debit" | "credit";
  /** Balances of this account are kept per tenant; the others per entity only. */
  readonly byTenant: boolean;
}

/** The chart of accounts that money-rules 9 posts to, for an entity with one WeChat Pay clearing account. */
export const CHART_OF_ACCOUNTS: readonly Account[] = [
  { code: "1001", name: "库存现金", normalSide: "debit", byTenant: false },
  { code: "1002", name: "银行存款", normalSide: "debit", byTenant: false },
  { code: "1012.01", name: "其他货币资金-微信支付", normalSide: "debit", byTenant: false },
  { code: "1012.02", name: "其他货币资金-POS", normalSide: "debit", byTenant: false },
  { code: "1122", name: "应收账款", normalSide: "debit", byTenant: true },
  { code: "1231", name: "坏账准备", normalSide: "credit", byTenant: false },
  { code: "1901", name: "待处理财产损溢", normalSide: "debit", byTenant: false },
  { code: "2203", name: "预收账款", normalSide: "credit", byTenant: true },
  { code: "2203.09", name: "预收账款-递延收入", normalSide: "credit", byTenant: true },
  { code: "2221.01", name: "应交税费-应交增值税(销项税额)", normalSide: "credit", byTenant: false },
  { code: "2241.01", name: "其他应付款-押金", normalSide: "credit", byTenant: true },
  { code: "2241.02", name: "其他应付款-待认领款", normalSide: "credit", byTenant: false },
  { code: "2241.03", name: "其他应付款-应付退款", normalSide: "credit", byTenant: false },
  { code: "2241.09", name: "其他应付款-代垫公摊", normalSide: "credit", byTenant: false },
  { code: "4104.09", name: "利润分配-期初余额", normalSide: "credit", byTenant: false },
  { code: "6001", name: "主营业务收入", normalSide: "credit", byTenant: false },
  { code: "6051", name: "其他业务收入", normalSide: "credit", byTenant: false },
  { code: "6301", name: "营业外收入", normalSide: "credit", byTenant: false },
  { code: "6601", name: "销售费用-公摊自担", normalSide: "debit", byTenant: false },
  { code: "6603", name: "财务费用-手续费", normalSide: "debit", byTenant: false },
];

/** Names for the accounts in the postings; the digits stay in one place. */
export const CASH = "1001";
export const BANK = "1002";
export const WECHAT_PAY_CLEARING = "1012.01";
export const POS_CLEARING = "1012.02";
export const RECEIVABLES = "1122";
export const BAD_DEBT_PROVISION = "1231";
export const UNEXPLAINED_DIFFERENCES = "1901";
export const PREPAYMENTS = "2203";
export const DEFERRED_INCOME = "2203.09";
export const OUTPUT_VAT = "2221.01";
export const DEPOSITS = "2241.01";
export const UNCLAIMED_MONEY = "2241.02";
export const REFUNDS_PAYABLE = "2241.03";
export const POOL_COST_ADVANCED = "2241.09";
export const OPENING_BALANCES = "4104.09";
export const LATE_FEE_INCOME = "6301";
export const POOL_COST_BORNE = "6601";
export const CHANNEL_FEES = "6603";

/** Where money lies: cash, bank, or a payment channel's clearing account (further channels are 1012.02 and so on). */
export type MoneyAccount = typeof CASH | typeof BANK | `1012.${string}`;

/**
 * Where the income of a kind is shown. Rent and management are what a park operator sells, so they are main business
 * (主营业务收入 6001); utilities and their shares are passed on, parking, waste and services come with it (其他业务收入 6051).
 */
export const INCOME_ACCOUNTS: Readonly<Record<ChargeKind, "6001" | "6051">> = {
  rent: "6001",
  management: "6001",
  electricity: "6051",
  water: "6051",
  gas: "6051",
  "shared-electricity": "6051",
  "shared-water": "6051",
  parking: "6051",
  waste: "6051",
  service: "6051",
  other: "6051",
};

const ACCOUNTS_BY_TENANT = new Set(CHART_OF_ACCOUNTS.filter((account) => account.byTenant).map((one) => one.code));

export const isByTenant = (accountCode: string): boolean => ACCOUNTS_BY_TENANT.has(accountCode);
