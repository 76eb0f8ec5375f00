import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import type { Platform } from "../../ports/messenger.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";

export const VOUCHER_FORMATS = ["csv", "kingdee", "yonyou"] as const;
export type VoucherFormat = (typeof VOUCHER_FORMATS)[number];

export interface VoucherRequest {
  readonly staffId: string;
  readonly month: Month;
  readonly format: VoucherFormat;
  /** Where the file goes: to the person, also when it was asked for in a group, because books are nobody else's to read. */
  readonly channel: Platform;
  readonly appId: string;
  readonly recipient: string;
}

/** The books of a company are of no building: not for a portfolio that is narrowed down to some. */
export const mayExportVouchers = (staff: StaffMember): boolean => may(staff, "voucher.export", { buildingIds: [] });

/** Asks for the vouchers of a month as a file; `postVouchers` makes and sends it. False: it is being made already. */
export async function requestVouchers(tx: Transaction, request: VoucherRequest): Promise<boolean> {
  const { staffId, month, format, channel, appId, recipient } = request;
  const added = await execute(
    tx,
    Prisma.sql`INSERT INTO voucher_request (id, staff_id, month, format, channel, app_id, recipient, state)
      VALUES (${newId()}::uuid, ${staffId}::uuid, ${month}, ${format}, ${channel}, ${appId}, ${recipient}, 'waiting')
      ON CONFLICT (staff_id, channel, month, format) WHERE state = 'waiting' DO NOTHING`,
  );
  return added > 0;
}
