import { defineConfig } from "vitest/config";

/* The tests that `npm run mutation` holds against broken arithmetic: those of the pure engine, nothing with a database. */
process.env.TZ ??= "UTC";

const areas = "money,charging,late-fee,pools,metering,explanation";

export default defineConfig({
  test: {
    include: [`test/{unit,property}/{${areas}}/**/*.test.ts`],
    pool: "threads",
    // One module graph for all files: most of a mutant's time was importing it again. Right only with `ignoreStatic`: what is
    // computed while a module loads is computed once.
    isolate: false,
    // The long property tests on a machine with other work; endless loops are Stryker's to stop.
    testTimeout: 120_000,
  },
});
