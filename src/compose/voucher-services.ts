import type { InboundEvent } from "../../bot/events.ts";
import { voucherCards } from "../../bot/notices/voucher-notices.ts";
import type { VoucherServices } from "../../bot/voucher-services.ts";
import type { Database } from "../db/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import type { Transaction } from "../db/transaction.ts";
import type { BusinessClock } from "../ports/clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import { postVouchers } from "../usecases/vouchers/post-vouchers.ts";
import { requestVouchers } from "../usecases/vouchers/request-vouchers.ts";
import { voucherFile } from "../vouchers/voucher-file.ts";

/** How often files of vouchers are looked for that were asked for. */
const VOUCHER_POLL_MS = 2_000;

/** Vouchers for the chat of the staff: asked for in the message, made and sent by `voucherPoll`. */
export const voucherServicesOf = (tx: Transaction, event: InboundEvent): VoucherServices => ({
  requestVouchers: (member, month, format) =>
    requestVouchers(tx, {
      staffId: member.staffId,
      month,
      format,
      channel: event.platform,
      appId: event.appId,
      recipient: event.senderId,
    }),
});

/** Makes the files that were asked for; for the worker role. */
export const voucherPoll = (
  db: Database,
  deps: {
    readonly clock: BusinessClock;
    readonly encryption: FieldEncryption;
    readonly logger: Pick<Logger, "error">;
  },
) => ({
  name: "vouchers",
  everyMs: VOUCHER_POLL_MS,
  work: (): Promise<number> =>
    postVouchers(db, {
      today: deps.clock.today(),
      encryption: deps.encryption,
      fileOf: (format, month, entries) => voucherFile(format, `凭证${month}-${format}`, entries),
      cards: voucherCards,
      onProblem: (error, requestId) => deps.logger.error({ err: error, requestId }, "vouchers.failed"),
    }),
});
