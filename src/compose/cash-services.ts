import type { CashServices, DeskMoney } from "../../bot/cash-services.ts";
import type { InboundEvent } from "../../bot/events.ts";
import { receiptNotice } from "../../bot/notices/receipt-notice.ts";
import { reversalNotice } from "../../bot/notices/transfer-notice.ts";
import { shiftDifferenceCard } from "../../bot/staff/cash-cards.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { row, rows } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import { approveDifferenceIn } from "../usecases/cashier/approve-difference.ts";
import { closeShiftIn, openShiftIn, type ShiftContext } from "../usecases/cashier/shift.ts";
import { postDocument, requestDocument } from "../usecases/documents/documents.ts";
import type { ReceiptCommand } from "../usecases/receipts/receipt.ts";
import { receiveMoney } from "../usecases/receipts/record-receipt.ts";
import { type Refusal, refuse } from "../usecases/receipts/refusal.ts";
import { transferMessages } from "../usecases/reconciliation/transfer-messages.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { covers, may, type Place } from "../usecases/staff/permissions.ts";
import { placeOfTenant } from "../usecases/staff/place-of-tenant.ts";
import { tellStaff } from "../usecases/staff/tell-staff.ts";

export interface CashDependencies {
  readonly officialAccountAppId?: string | undefined;
  readonly documentLink?: ((documentId: string) => { readonly url: string }) | undefined;
}

/** The cash desk as the bot knows it, tied to one event and its transaction. */
export function cashServicesOf(
  tx: Transaction,
  event: InboundEvent,
  today: CivilDate,
  deps: CashDependencies,
): CashServices {
  const contextOf = (member: StaffMember): ShiftContext => ({
    actor: `staff:${member.code}`,
    channel: event.platform,
    today,
  });
  const messaging = { appId: deps.officialAccountAppId, today, received: receiptNotice, reversed: reversalNotice };

  /** Books or previews; money of an entity that is not in the portfolio is refused before anything is written. */
  async function receive(member: StaffMember, money: DeskMoney, preview: boolean) {
    const command: ReceiptCommand = {
      channel: money.channel,
      channelNo: money.channel === "pos" ? money.slipNo : undefined,
      tenantCode: money.tenantCode,
      entityCode: money.entityCode ?? (await entityOfTenant(tx, member, money.tenantCode)),
      amountFen: money.amountFen,
      valueDate: money.valueDate,
      remark: money.slipNo,
      preview: true,
    };
    const seen = await receiveMoney(tx, command, contextOf(member));
    if (!seen.ok) return seen;
    const entityId = (await entitiesOf(tx)).get(seen.entity);
    const place = await placeOfTenant(tx, money.tenantCode);
    if (entityId === undefined || !place || !mayCollect(member, { ...place, entityId })) return NOT_YOURS;
    if (preview || seen.repeated) return seen;
    return receiveMoney(
      tx,
      { ...command, entityCode: seen.entity, preview: false },
      { ...contextOf(member), messagesOf: (receipt) => transferMessages(tx, receipt, messaging) },
    );
  }

  return {
    previewDeskMoney: (member, money) => receive(member, money, true),
    async recordDeskMoney(member, money) {
      const receipt = await receive(member, money, false);
      if (!receipt.ok || receipt.receiptId === undefined) return receipt.ok ? { ...receipt, inShift: false } : receipt;
      const documentId = await requestDocument(tx, { kind: "receipt", receiptId: receipt.receiptId });
      if (documentId !== undefined) await postDocument(tx, documentId);
      const open = await row(
        tx,
        Prisma.sql`SELECT 1 FROM cashier_shift c JOIN legal_entity e ON e.id = c.entity_id
          WHERE c.staff_id = ${member.staffId}::uuid AND c.state = 'open' AND e.code = ${receipt.entity}`,
      );
      return {
        ...receipt,
        inShift: open !== undefined,
        url: documentId === undefined ? undefined : deps.documentLink?.(documentId).url,
      };
    },
    async openShift(member, openingFen, entityCode) {
      const entity = await ownEntity(tx, member, entityCode);
      return typeof entity === "object"
        ? entity
        : openShiftIn(tx, { staffCode: member.code, entityCode: entity, openingFen }, contextOf(member));
    },
    async closeShift(member, countedFen, { entityCode, note }) {
      const entity = await ownEntity(tx, member, entityCode);
      if (typeof entity === "object") return entity;
      const closed = await closeShiftIn(
        tx,
        { staffCode: member.code, entityCode: entity, countedFen, note },
        contextOf(member),
      );
      if (closed.ok && closed.differenceFen !== 0n) {
        await tellStaff(tx, {
          // A shift is of no building: those who have a part of the company alone don't answer for its drawer.
          to: {
            roles: ["finance-manager"],
            entityId: (await entitiesOf(tx)).get(closed.entityCode),
            buildingIds: [],
          },
          card: shiftDifferenceCard(closed, member.name),
          dedupeKey: `shift-difference|${closed.shiftNo}`,
        });
      }
      return closed;
    },
    async approveShiftDifference(member, shiftNo, note) {
      const shift = await row<{ entityId: string }>(
        tx,
        Prisma.sql`SELECT entity_id::text AS "entityId" FROM cashier_shift WHERE shift_no = ${shiftNo}`,
      );
      if (shift && !covers(member, { entityId: shift.entityId, buildingIds: [] })) return NOT_YOURS;
      return approveDifferenceIn(tx, { shiftNo, staffCode: member.code, note }, contextOf(member));
    },
  };
}

const NOT_YOURS = refuse(
  "NOT_ALLOWED",
  "您的角色或负责范围不能办理这个公司的现金业务，请联系负责的出纳或财务经理。",
  "Not within your role or portfolio.",
);

/** Who stands at the desk, and stewards, who are handed money in the corridor. */
const mayCollect = (member: StaffMember, place: Place): boolean =>
  may(member, "cash.record", place) || (member.roles.includes("steward") && may(member, "payment.collect", place));

async function entitiesOf(tx: Transaction): Promise<ReadonlyMap<string, string>> {
  const found = await rows<{ id: string; code: string }>(tx, Prisma.sql`SELECT id::text, code FROM legal_entity`);
  return new Map(found.map(({ id, code }) => [code, id]));
}

/** The only one of the portfolio that the tenant rents from; several or none: what is owed decides. */
async function entityOfTenant(tx: Transaction, member: StaffMember, tenantCode: string): Promise<string | undefined> {
  const found = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT e.code FROM lease l JOIN tenant t ON t.id = l.tenant_id JOIN legal_entity e
        ON e.id = l.entity_id OR e.id IN (SELECT b.entity_id FROM bill b WHERE b.lease_id = l.id)
      WHERE t.code = ${tenantCode} AND e.id = ANY (${[...member.entityIds]}::uuid[])`,
  );
  return found.length === 1 ? found[0]?.code : undefined;
}

/** The entity of a shift: as said, else the only one of the portfolio; undefined: the one with the open shift. */
async function ownEntity(
  tx: Transaction,
  member: StaffMember,
  said: string | undefined,
): Promise<string | undefined | Refusal> {
  if (!may(member, "cash.record")) return NOT_YOURS;
  const entities = await entitiesOf(tx);
  const own = [...entities].filter(([, id]) => member.entityIds.includes(id)).map(([code]) => code);
  if (said !== undefined) return own.includes(said) ? said : NOT_YOURS;
  if (own.length === 1) return own[0];
  const open = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT e.code FROM cashier_shift c JOIN legal_entity e ON e.id = c.entity_id
      WHERE c.staff_id = ${member.staffId}::uuid AND c.state = 'open'`,
  );
  if (open.length === 1) return open[0]?.code;
  const codes = own.sort().join("、");
  return refuse(
    "ENTITY_NEEDED",
    `请在最后写上公司编号（${codes}），例如“开班 备用金500 ${own[0]}”。`,
    "Name the entity.",
  );
}
