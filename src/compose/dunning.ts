import { dunningWords, type TaskLinks, taskCards } from "../../bot/notices/dunning-notices.ts";
import { reminderWords } from "../../bot/notices/reminder-notices.ts";
import type { DunningJobs } from "../../jobs/handlers/dunning.ts";
import type { Config } from "../config/env.ts";
import type { Database } from "../db/client.ts";
import { cashierLink } from "../http/h5/cashier-link.ts";
import { pageUrl } from "../http/h5/page-link.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { advanceChain } from "../usecases/dunning/advance-chain.ts";
import type { DunningContext } from "../usecases/dunning/context.ts";
import { stillHolds } from "../usecases/dunning/recheck-message.ts";
import { runDunning } from "../usecases/dunning/run-dunning.ts";
import type { DueMessage } from "../usecases/outbox/relay-messages.ts";
import { remindOfDates } from "../usecases/reminders/remind-of-dates.ts";
import { closeSettledTasks } from "../usecases/tasks/close-settled.ts";
import { escalateTasks, sendTaskDigest, tellNewTasks } from "../usecases/tasks/tell-tasks.ts";

/** How often it is looked whether money has settled somebody's task. */
export const TASK_POLL_MS = 5_000;

export interface DunningDependencies {
  readonly config: Pick<Config, "publicUrl" | "officialAccount" | "sms" | "mail">;
  readonly clock: BusinessClock;
  readonly linkKey: Uint8Array;
}

/** What dunning needs: the ways that are configured, signed links, words. */
export function dunningContextOf({ config, clock, linkKey }: DunningDependencies): DunningContext {
  const links = { publicUrl: config.publicUrl, linkKey, businessClock: clock };
  return {
    clock,
    officialAccountAppId: config.officialAccount?.appId,
    hasSms: config.sms !== undefined,
    hasEmail: config.mail !== undefined,
    words: dunningWords,
    payUrl: (order) => cashierLink(links, order).url,
    letterUrl: (documentId) => pageUrl({ ...links, nowMs: clock.nowMs() }, "document", documentId),
  };
}

/** What the cards of tasks lead to. */
export const taskLinksOf = ({ config, clock, linkKey }: DunningDependencies): TaskLinks => ({
  callUrl: (personId) => pageUrl({ publicUrl: config.publicUrl, linkKey, nowMs: clock.nowMs() }, "call", personId),
});

/** Dunning of a running process. */
export function createDunning(db: Database, deps: DunningDependencies) {
  const context = dunningContextOf(deps);
  const { clock } = deps;
  const taskLinks = taskLinksOf(deps);
  const cards = taskCards(taskLinks);
  return {
    context,
    taskLinks,
    /** For the relay: what is said of dunning is looked at again right before. */
    stillHolds: (message: DueMessage): Promise<boolean> => stillHolds(db, message, clock),
    /** For the loop of the worker: tasks whose money has come. */
    poll: {
      name: "settled-tasks",
      everyMs: TASK_POLL_MS,
      work: () => closeSettledTasks(db, { today: clock.today(), cards }),
    },
    jobs: {
      run: async () => {
        const run = await runDunning(db, context);
        await tellNewTasks(db, { today: clock.today(), cards });
        return run;
      },
      followUp: async () => {
        const again = await advanceChain(db, context);
        await tellNewTasks(db, { today: clock.today(), cards });
        return again;
      },
      digest: async (today) => {
        await remindOfDates(db, { clock, officialAccountAppId: context.officialAccountAppId, words: reminderWords });
        await tellNewTasks(db, { today, cards });
        const escalated = await escalateTasks(db, { today, cards });
        return { told: await sendTaskDigest(db, { today, cards }), escalated };
      },
    } satisfies DunningJobs,
  };
}
