import type { Database } from "../../db/client.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { DunningPause } from "../../domain/dunning/dunning-stage.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { findContacts } from "./contacts.ts";
import type { DunningContext, DunningWay } from "./context.ts";
import { ladderInForce } from "./ladder-store.ts";
import { findDunnable } from "./load-facts.ts";
import { namesOf, planTenants } from "./plan.ts";

export interface PreviewedDunning {
  readonly date: CivilDate;
  readonly ladderVersion: number;
  readonly messages: readonly {
    readonly tenantCode: string;
    readonly tenantName: string;
    readonly action: DunningAction;
    readonly dueDate: CivilDate;
    readonly daysOverdue: number;
    readonly openFen: Fen;
    /** Null: nobody can be reached. */
    readonly way: DunningWay | null;
    readonly tasks: readonly DunningAction[];
    readonly passedOver: readonly DunningAction[];
  }[];
  readonly paused: readonly { readonly tenantCode: string; readonly pause: DunningPause }[];
}

/** What a run in the morning of a date would do if nothing changed until then. Writes nothing but the default ladder. */
export function previewDunning(
  db: Database,
  date: CivilDate,
  context: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail">,
): Promise<PreviewedDunning> {
  return inTransaction(
    db,
    async (tx) => {
      const ladder = await ladderInForce(tx);
      const tenantIds = await findDunnable(tx, date, ladder.steps);
      const { plans, paused } = await planTenants(tx, tenantIds, { date, timeOfDay: "09:00:00", ladder: ladder.steps });
      const names = await namesOf(tx, "tenant", tenantIds);
      const contacts = await findContacts(
        tx,
        plans.map(({ tenantId, say }) => ({ tenantId, action: say.action })),
        date,
        context,
      );
      return {
        date,
        ladderVersion: ladder.version,
        messages: plans.map((plan) => ({
          tenantCode: names.get(plan.tenantId)?.code ?? "",
          tenantName: names.get(plan.tenantId)?.name ?? "",
          action: plan.say.action,
          dueDate: plan.dueDate,
          daysOverdue: plan.daysOverdue,
          openFen: plan.openFen,
          way: contacts.get(plan.tenantId)?.[0]?.way ?? null,
          tasks: plan.tasks.map(({ action }) => action),
          passedOver: plan.passedOver.map(({ action }) => action),
        })),
        paused: paused.map(({ tenantId, pause }) => ({ tenantCode: names.get(tenantId)?.code ?? "", pause })),
      };
    },
    { timeoutMs: 120_000 },
  );
}
