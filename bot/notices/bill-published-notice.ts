import { billCard } from "../../cards/bill-card.ts";
import type { Card } from "../../cards/card.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { billView } from "../bill-view.ts";

/** The e-bill that is pushed when a bill is published. `payUrl` only for members who may pay. */
export const billPublishedNotice = (bill: TenantBill, payUrl: string | undefined): Card =>
  billCard(billView(bill, payUrl));
