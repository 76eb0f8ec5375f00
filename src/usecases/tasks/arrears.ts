import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { type Portfolio, tenantInPortfolio } from "../staff/portfolio.ts";
import { taskInPortfolio } from "./note-task.ts";
import { overdueOf, type TaskResult } from "./task.ts";

export async function tenantIdOf(tx: Transaction, code: string): Promise<string | undefined> {
  return (await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM tenant WHERE code = ${code}`))?.id;
}

/** A tenant of somebody's portfolio who is overdue. */
export interface Arrears {
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly tenantName: string;
  readonly overdueFen: Fen;
  readonly disputedFen: Fen;
  readonly daysOverdue: number;
}

/** Tenants (`t`) of whom a lease lies where somebody of the staff looks. */
const inPortfolio = (member: StaffMember): Prisma.Sql => tenantInPortfolio(Prisma.sql`t.id`, member);

/** Who is overdue in somebody's portfolio, the largest sum first. */
export async function findArrears(
  tx: Transaction,
  member: StaffMember,
  filter: {
    readonly minDaysOverdue?: number | undefined;
    /** As people say it: "B栋", a part of the name or the code of a building. */
    readonly building?: string | undefined;
    readonly tenantIds?: readonly string[] | undefined;
  },
  today: CivilDate,
): Promise<readonly Arrears[]> {
  const building = (filter.building ?? "").replace(/[栋楼座]$/, "");
  const tenants = await rows<{ tenantId: string; tenantCode: string; tenantName: string }>(
    tx,
    Prisma.sql`SELECT t.id AS "tenantId", t.code AS "tenantCode", t.name AS "tenantName" FROM tenant t
      WHERE ${inPortfolio(member)}
        AND (${filter.tenantIds === undefined} OR t.id = ANY (${[...(filter.tenantIds ?? [])]}::uuid[]))
        AND EXISTS (SELECT 1 FROM receivable r JOIN bill b ON b.id = r.bill_id AND b.state = 'published'
          WHERE r.tenant_id = t.id AND b.due_date < ${today}::date AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))
        AND (${building} = '' OR EXISTS (SELECT 1 FROM lease l JOIN lease_unit lu ON lu.lease_id = l.id
          JOIN unit u ON u.id = lu.unit_id JOIN building g ON g.id = u.building_id
          WHERE l.tenant_id = t.id AND (g.code = ${building} OR g.name LIKE ${`${building}%`})))`,
  );
  const owed = await overdueOf(
    tx,
    tenants.map(({ tenantId }) => tenantId),
    today,
    member,
  );
  return tenants
    .flatMap((tenant): Arrears[] => {
      const overdue = owed.get(tenant.tenantId);
      return overdue === undefined || overdue.overdueFen + overdue.disputedFen === 0n
        ? []
        : [{ ...tenant, ...overdue }];
    })
    .filter(({ daysOverdue }) => daysOverdue >= (filter.minDaysOverdue ?? 0))
    .sort((a, b) =>
      a.overdueFen === b.overdueFen ? (a.tenantCode < b.tenantCode ? -1 : 1) : a.overdueFen < b.overdueFen ? 1 : -1,
    );
}

/** Tenants that words may mean, in somebody's portfolio: a part of the name, a code, a unit. */
export const findTenantsNamed = (
  tx: Transaction,
  member: StaffMember,
  words: string,
): Promise<{ readonly tenantId: string; readonly tenantName: string; readonly tenantCode: string }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT t.id AS "tenantId", t.name AS "tenantName", t.code AS "tenantCode" FROM tenant t
      WHERE ${inPortfolio(member)} AND (upper(t.code) = upper(${words}) OR strpos(t.name, ${words}) > 0
        OR EXISTS (SELECT 1 FROM lease l JOIN lease_unit lu ON lu.lease_id = l.id JOIN unit u ON u.id = lu.unit_id
          WHERE l.tenant_id = t.id AND upper(u.code) = upper(${words})))
      ORDER BY t.code COLLATE "C" LIMIT 6`,
  );

/** One thing that happened on the way to a tenant's money. */
export type DunningEvent = { readonly on: CivilDate } & (
  | {
      readonly kind: "said";
      readonly action: DunningAction;
      readonly openFen: Fen;
      readonly ways: readonly string[];
      /** Of the last try. */
      readonly fate: string | null;
    }
  | { readonly kind: "task"; readonly number: string; readonly title: string; readonly who: string | null }
  | {
      readonly kind: "note";
      readonly result: TaskResult;
      readonly words: string;
      readonly until: CivilDate | null;
      readonly who: string;
      readonly hasPhoto: boolean;
      /** A photo that is kept (usecases/photos). */
      readonly photoId: string | null;
    }
  | { readonly kind: "closed"; readonly number: string; readonly reason: string }
  /** 先别催; `until` null: taken up again. */
  | { readonly kind: "hold"; readonly until: CivilDate | null; readonly reason: string; readonly who: string }
  | { readonly kind: "promise"; readonly until: CivilDate; readonly who: string }
);

/** Everything that was said, done and promised about a tenant's arrears, the oldest first; tasks of other places are left out. */
export async function findDunningHistory(
  tx: Transaction,
  tenantId: string,
  reader: Portfolio,
): Promise<readonly DunningEvent[]> {
  const said = await rows<{
    on: CivilDate;
    action: DunningAction;
    openFen: Fen;
    ways: string[];
    fate: string | null;
    at: Date;
  }>(
    tx,
    Prisma.sql`SELECT s.handled_on::text AS on, s.action, s.open_fen AS "openFen", s.handled_at AS at,
        ARRAY(SELECT y.way FROM dunning_message y WHERE y.step_id = s.id ORDER BY y.ordinal) AS ways,
        coalesce(CASE WHEN o.state IN ('sent', 'dead') THEN d.state END, o.state) AS fate
      FROM dunning_step s
      LEFT JOIN LATERAL (SELECT * FROM dunning_message x WHERE x.step_id = s.id ORDER BY x.ordinal DESC LIMIT 1) m ON true
      LEFT JOIN outbox o ON o.dedupe_key = m.dedupe_key
      LEFT JOIN LATERAL (SELECT * FROM delivery x WHERE x.outbox_id = o.id ORDER BY x.attempt DESC LIMIT 1) d ON true
      WHERE s.tenant_id = ${tenantId}::uuid AND s.said AND s.recalled_at IS NULL ORDER BY s.handled_at`,
  );
  const tasks = await rows<{
    on: CivilDate;
    number: string;
    title: string;
    who: string | null;
    closedOn: CivilDate | null;
    reason: string | null;
  }>(
    tx,
    Prisma.sql`SELECT k.created_on::text AS on, k.number, k.title, s.name AS who, k.closed_on::text AS "closedOn",
        k.closed_reason AS reason
      FROM steward_task k LEFT JOIN staff s ON s.id = k.assignee_id
      WHERE k.tenant_id = ${tenantId}::uuid AND ${taskInPortfolio(reader)} ORDER BY k.created_on, k.number`,
  );
  const notes = await rows<{
    on: CivilDate;
    result: TaskResult;
    words: string;
    until: CivilDate | null;
    who: string;
    hasPhoto: boolean;
    photoId: string | null;
  }>(
    tx,
    Prisma.sql`SELECT n.noted_on::text AS on, n.result, n.words, n.promise_until::text AS until,
        coalesce(s.name, n.noted_by) AS who, n.photo_media_id IS NOT NULL AS "hasPhoto",
        (SELECT p.id FROM evidence_photo p WHERE p.subject_kind = 'task-note' AND p.subject_id = n.id AND p.state = 'kept'
          ORDER BY p.sent_at DESC LIMIT 1) AS "photoId"
      FROM task_note n JOIN steward_task k ON k.id = n.task_id
      LEFT JOIN staff s ON n.noted_by = 'staff:' || s.code
      WHERE k.tenant_id = ${tenantId}::uuid AND ${taskInPortfolio(reader)} ORDER BY n.recorded_at`,
  );
  const promises = await rows<{ on: CivilDate; until: CivilDate }>(
    tx,
    Prisma.sql`SELECT business_date::text AS on, after->>'until' AS until FROM audit_event
      WHERE action = 'promise.made' AND subject_kind = 'tenant' AND subject_id = ${tenantId}
        AND actor LIKE 'person:%' ORDER BY sequence`,
  );
  const holds = await rows<{ on: CivilDate; until: CivilDate | null; reason: string; who: string }>(
    tx,
    Prisma.sql`SELECT e.business_date::text AS on, e.after->>'until' AS until, coalesce(e.after->>'reason', '') AS reason,
        coalesce(s.name, e.actor) AS who
      FROM audit_event e LEFT JOIN staff s ON e.actor = 'staff:' || s.code
      WHERE e.action IN ('dunning.held', 'dunning.hold-lifted') AND e.subject_kind = 'tenant' AND e.subject_id = ${tenantId}
      ORDER BY e.sequence`,
  );
  const events: DunningEvent[] = [
    ...holds.map((hold) => ({ kind: "hold" as const, ...hold })),
    ...said.map(({ at: _at, ...event }) => ({ kind: "said" as const, ...event })),
    ...tasks.map(({ on, number, title, who }) => ({ kind: "task" as const, on, number, title, who })),
    ...notes.map((note) => ({ kind: "note" as const, ...note })),
    ...promises.map((promise) => ({ kind: "promise" as const, ...promise, who: "" })),
    ...tasks.flatMap(({ closedOn, number, reason }) =>
      closedOn === null ? [] : [{ kind: "closed" as const, on: closedOn, number, reason: reason ?? "" }],
    ),
  ];
  return events.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}
