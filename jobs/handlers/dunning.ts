import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { DunningRun } from "../../src/usecases/dunning/run-dunning.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** What the jobs of dunning do; tied to use cases by src/compose. */
export interface DunningJobs {
  run(): Promise<DunningRun>;
  followUp(): Promise<number>;
  digest(today: CivilDate): Promise<{ readonly told: number; readonly escalated: number }>;
}

/** Dunning by itself: the run, what did not arrive, the daily list. */
export const dunningHandlers = (
  jobs: DunningJobs | undefined,
): Pick<AllJobHandlers, "dunning.run" | "dunning.follow-up" | "task.digest"> => ({
  "dunning.run": async () => {
    if (!jobs) return { state: "done", detail: "off" };
    const { tenants, said, tasks, unreached } = await jobs.run();
    return { state: "done", detail: `${said} of ${tenants} tenants told, ${unreached} unreached, ${tasks} tasks` };
  },
  "dunning.follow-up": async () => ({ state: "done", detail: `${(await jobs?.followUp()) ?? 0} said by another way` }),
  "task.digest": async ({ date }) => {
    const done = await jobs?.digest(date);
    return { state: "done", detail: `${done?.told ?? 0} lists, ${done?.escalated ?? 0} tasks to managers` };
  },
});
