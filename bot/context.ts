import type { Card } from "../cards/card.ts";
import type { Fen } from "../src/domain/money/fen.ts";
import type { CivilDate, Month } from "../src/domain/time/civil-date.ts";
import type { Membership, Sender } from "../src/usecases/queries/find-sender.ts";
import type { EntityBalance } from "../src/usecases/queries/tenant-balances.ts";
import type { TenantBill } from "../src/usecases/queries/tenant-bills.ts";
import type { TenantLease } from "../src/usecases/queries/tenant-leases.ts";
import type { PaymentFilter, TenantPayment } from "../src/usecases/queries/tenant-payments.ts";
import type { TransferAccount } from "../src/usecases/queries/transfer-accounts.ts";
import type { Dialog, SceneMemory } from "./dialogs/dialog.ts";
import type { DocumentServices } from "./document-services.ts";
import type { InboundEvent } from "./events.ts";
import type { ExceptionServices } from "./exception-services.ts";
import type { ExplainServices } from "./explain-services.ts";
import type { InvoiceServices } from "./invoice-services.ts";
import type { MeterServices } from "./meter-services.ts";
import type { MoveOutServices } from "./move-out-services.ts";
import type { ClaimServices, PeopleServices } from "./people-services.ts";
import type { PhotoServices } from "./photo-services.ts";
import type { ReachServices } from "./reach-services.ts";
import type { RefundServices } from "./refund-services.ts";
import type { StaffServices } from "./staff-services.ts";
import type { TaskServices } from "./task-services.ts";
import type { Intent, Slots } from "./understanding/frame.ts";

/** What is remembered between two messages. Plain JSON, stored with the conversation. */
export interface Memory {
  /** The tenant that this person speaks for now, when there are several. */
  readonly tenantId?: string;
  /** The bills shown last, in the order shown: “付这个”, “第二笔”. */
  readonly shownBillNos?: readonly string[];
  /** What was offered last, because the words left it open: a tap on one of these, or its name, means it with these slots. */
  readonly offered?: readonly Pick<Wish, "intent" | "slots">[];
  /** What was wanted last: “那8月呢” wants it again of another month. */
  readonly last?: Pick<Wish, "intent" | "slots">;
  /** The one open dialog; what was begun before it and is taken up again when it ends. */
  readonly dialog?: Dialog;
  readonly suspended?: Dialog;
  /** Of the dialog that ended last: no later step may be taken for one of its. */
  readonly lastExpiryMs?: number;
  /** The paper bill that was scanned, for who is not known at its tenant. */
  readonly scene?: SceneMemory;
}

/** What somebody wants, whether typed or tapped: the same wish, the same answer. */
export interface Wish {
  readonly intent: Intent;
  readonly slots: Slots;
  /** The bill that was named, by its number or by pointing at what was shown. */
  readonly billNo?: string;
  /** The words were too weak to act on: what they may mean, the likeliest first. */
  readonly perhaps?: readonly Pick<Wish, "intent" | "slots">[];
  /** What else the same message wants, after this. */
  readonly further?: Pick<Wish, "intent" | "slots" | "further">;
  /** unknown: something that a bot for bills cannot help with, rather than words that it did not get. */
  readonly notOurs?: true;
  /** bill.explain: place of the line on its bill, from 0, as a button says it. */
  readonly position?: number;
  /** bill.explain: “第二笔” is 2, “最后一笔” -1; a line of the bill in view, or one of the bills in the list in view. */
  readonly ordinal?: number;
  readonly ordinalOf?: "bill";
  /** bill.explain: “为什么比上个月多”. */
  readonly compares?: true;
  /** pay: only what would happen. */
  readonly whatIf?: true;
}

export type CodeRequestResult =
  | { readonly state: "sent-if-known"; readonly codeId: string }
  | { readonly state: "too-soon" | "too-many" };

export type BindResult =
  | { readonly state: "bound"; readonly sender: Sender }
  | { readonly state: "wrong-code"; readonly attemptsLeft: number }
  | { readonly state: "expired" };

/** What the bot may ask and order. compose.ts ties it to the use cases and to the transaction of the message. */
export interface BotServices
  extends RefundServices,
    MoveOutServices,
    ExceptionServices,
    PeopleServices,
    ClaimServices,
    ExplainServices,
    MeterServices,
    StaffServices,
    TaskServices,
    ReachServices,
    PhotoServices,
    DocumentServices,
    InvoiceServices {
  /** Who speaks; undefined for a stranger. */
  sender(): Promise<Sender | undefined>;
  owedBills(tenantId: string): Promise<readonly TenantBill[]>;
  billsOfPeriod(tenantId: string, period: { readonly from: Month; readonly to: Month }): Promise<readonly TenantBill[]>;
  latestBills(tenantId: string, limit: number): Promise<readonly TenantBill[]>;
  bill(tenantId: string, billNo: string): Promise<TenantBill | undefined>;
  /** A signed link to the cashier for these bills of one legal entity, and until when it works. */
  cashierLink(order: CashierOrder): { readonly url: string; readonly expiresAtMs: number };
  /** Per legal entity; entities where nothing is owed, held or rented are left out. */
  balances(tenantId: string): Promise<readonly EntityBalance[]>;
  payments(tenantId: string, filter: PaymentFilter): Promise<readonly TenantPayment[]>;
  /** Where a bank transfer goes. Only for members: it holds whole account numbers. */
  transferAccounts(tenantId: string): Promise<readonly TransferAccount[]>;
  leases(tenantId: string): Promise<readonly TenantLease[]>;
  /** Sends a code to the phone if we know it; says nothing about whether we do. */
  requestBindCode(phone: string): Promise<CodeRequestResult>;
  /** Another code to the phone of an earlier one. */
  resendBindCode(codeId: string): Promise<CodeRequestResult>;
  confirmBindCode(codeId: string, code: string): Promise<BindResult>;
  unbind(): Promise<void>;
  /** Tells the stewards of a tenant, with the last words said and what is being done, or writes down that a stranger asked; says whether anybody was told. */
  handoff(tenantId: string | undefined, doing?: string): Promise<boolean>;
  /** The person has left or come back: notices need another way, or not any more. */
  setReachable(reachable: boolean): Promise<void>;
  /** What became of a message sent earlier. */
  reportDelivery(report: {
    readonly vendorId: string;
    readonly delivered: boolean;
    readonly detail: string;
  }): Promise<void>;
}

export interface CashierOrder {
  readonly tenantId: string;
  readonly entityId: string;
  readonly billNos: readonly string[];
}

export interface BotContext {
  readonly event: InboundEvent;
  readonly memory: Memory;
  readonly services: BotServices;
  /** Business clock. */
  readonly today: CivilDate;
  readonly nowMs: number;
  /** The title of the dialog that this message interrupts: a person who is called in learns it. */
  readonly doing?: string;
}

export interface Answer {
  readonly replies: readonly Card[];
  /** Takes the place of the card that was clicked; elsewhere it is said before the replies. */
  readonly replacement?: Card;
  /** What to remember; undefined: as before. */
  readonly memory?: Memory;
}

/** A bound person speaking for one tenant: what every handler but binding and help needs. */
export interface TenantContext extends BotContext {
  readonly sender: Sender;
  readonly member: Membership;
}

export const say = (...replies: Card[]): Answer => ({ replies });
/** The memory with no dialog open. */
export function withoutDialog(memory: Memory): Memory {
  const { dialog, ...rest } = memory;
  return dialog ? { ...rest, lastExpiryMs: dialog.expiresAtMs } : rest;
}
export const NOTHING: Answer = { replies: [] };
export const sumFen = (amounts: readonly Fen[]): Fen => amounts.reduce((total, amount) => total + amount, 0n);
