import { readFile } from "node:fs/promises";
import { platformApps } from "../../../src/compose/platform-apps.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { previewRun } from "../../../src/usecases/billing/preview-run.ts";
import { issueRun } from "../../../src/usecases/billing/run-billing.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { DEMO_WORLD } from "../world-file.ts";

const OCTOBER = { period: parseMonth("2026-10"), acknowledge: "all" } as const;
/** What stood on the meter on the last day of August was 16,300, not the 16,350 that the first bill was made from. */
const CORRECTED = { meter: "E-A201", date: "2026-08-31", values: { total: "16300.0" }, corrects: "抄表员看错一位" };

/** Chapter 1, its end: a reading was wrong. The issued bill stays as it is; the next one carries the difference. */
export async function correctReading(stage: Stage, print: Printer): Promise<void> {
  const { db } = stage.application;
  const actor = { actor: "staff:S01", channel: "demo" };
  await print.step("8月31日的电表读数抄错了 50 度，补一条更正读数", async () => {
    const file = JSON.parse(await readFile(DEMO_WORLD, "utf8"));
    const world = readWorld({ ...file, readings: [...file.readings, CORRECTED] });
    if (!world.ok) throw new Error(world.errors.map((error) => `${error.path} ${error.message}`).join("\n"));
    const imported = await importWorld(db, world.world, {
      ...actor,
      today: stage.clock.today(),
      encryption: stage.encryption,
      apps: platformApps(stage.config),
      dryRun: false,
    });
    if (!imported.ok) throw new Error(imported.errors.map((error) => error.message).join("\n"));
  });
  stage.clock.moveTo("2026-10-01T09:00:00+08:00");
  await print.step(
    "10月出账：已开出的账单不改，差额作为更正行进入下一张",
    async () => {
      const plan = await previewRun(db, OCTOBER, (bill) => bill);
      const corrections = plan.bills.flatMap((bill) => bill.lines).filter((line) => line.correction > 0);
      for (const line of corrections) print.line(`    更正 ${line.charge} ${formatYuan(line.amountFen)}`);
      if (corrections.length === 0) throw new Error("没有更正行");
      const issued = await issueRun(db, OCTOBER, {
        ...actor,
        today: stage.clock.today(),
        createdBy: "S01",
        approvedBy: "S02",
      });
      if (!issued.ok) throw new Error(issued.message);
      return plan;
    },
    (plan) => `${plan.bills.length} 张，合计 ${formatYuan(plan.certificate.totalFen)}`,
  );
}
