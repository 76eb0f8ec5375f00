import type { Database } from "../db/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { type CollectedBill, collectBills } from "../usecases/statements/collect-bills.ts";
import { statementOf } from "./statement-files.ts";
import type { WechatPayMerchants } from "./wechat-pay.ts";

/** The job that fetches the channels' bills, or undefined without a merchant account. */
export const billCollector = (
  db: Database,
  merchants: Pick<WechatPayMerchants, "bills">,
  clock: BusinessClock,
  encryption: FieldEncryption,
): ((through: CivilDate) => Promise<CollectedBill[]>) | undefined =>
  merchants.bills.size === 0
    ? undefined
    : (through) =>
        collectBills(db, through, {
          actor: "job:bills.collect",
          channel: "job",
          today: clock.today(),
          encryption,
          bills: merchants.bills,
          openStatement: statementOf,
        });
