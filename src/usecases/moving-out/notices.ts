import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import { mayTenant } from "../../domain/people/tenant-permissions.ts";
import { findReachableMembers } from "../people/reachable-members.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { MoveOutAlert, MoveOutContext, MoveOutOccasion } from "./context.ts";
import { loadProgress } from "./progress.ts";
import { placeOfMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

/** Tells the tenant's members, once per occasion and sheet; `except` has the answer in the chat already. */
export async function tellTenant(
  tx: Transaction,
  occasion: MoveOutOccasion,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
  except?: string,
): Promise<void> {
  const { officialAccountAppId: appId, tenantCard } = context.moveOutNotices;
  if (appId === undefined) return;
  const progress = await loadProgress(tx, moveOut, context.today);
  const members = await findReachableMembers(tx, { platform: "official-account", appId }, [moveOut.tenantId]);
  await enqueueMessages(
    tx,
    (members.get(moveOut.tenantId) ?? [])
      .filter((member) => member.personId !== except)
      .map((member) => ({
        channel: "official-account" as const,
        appId,
        recipient: member.externalId,
        personId: member.personId,
        occasion: "notice" as const,
        dedupeKey: `move-out|${moveOut.moveOutId}|${occasion}|${moveOut.sheetVersion}|${member.externalId}`,
        message: tenantCard(occasion, progress, mayTenant(member.role, "move-out.decide")),
      })),
  );
}

/** Tells the stewards of the project, once per occasion and sheet. */
export async function tellSteward(
  tx: Transaction,
  alert: MoveOutAlert,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
): Promise<void> {
  await tellStaff(tx, {
    to: { roles: ["steward"], ...placeOfMoveOut(moveOut) },
    card: context.moveOutNotices.staffCard(alert, moveOut),
    dedupeKey: `move-out|${moveOut.moveOutId}|${alert}|${moveOut.sheetVersion}`,
  });
}
