import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/**
 * I2: net + tax = amount, and net = round(amount ÷ (1 + rate)) as money-rules 6 says. PostgreSQL rounds numerics half away
 * from zero, which is HALF_UP here.
 */
export const checkNetAndTax = sqlCheck<{ subject: string; amount_fen: Fen; net_fen: Fen; tax_fen: Fen; rate: string }>({
  code: "I2",
  counts: "lines",
  count: Prisma.sql`SELECT count(*) AS count FROM bill_line`,
  find: Prisma.sql`SELECT b.bill_no || ' / ' || l.charge_code AS subject, l.amount_fen, l.net_fen, l.tax_fen,
      trim_scale(l.tax_rate)::text AS rate
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    WHERE l.net_fen + l.tax_fen <> l.amount_fen OR l.net_fen <> round(l.amount_fen / (1 + l.tax_rate)) ORDER BY 1`,
  say: ({ amount_fen, net_fen, tax_fen, rate }) =>
    `金额 ${formatYuan(amount_fen)} 按税率 ${rate} 不能拆成不含税 ${formatYuan(net_fen)} 与税额 ${formatYuan(tax_fen)} / ${formatYuan(amount_fen)} at ${rate} does not split into net ${formatYuan(net_fen)} and tax ${formatYuan(tax_fen)}`,
});
