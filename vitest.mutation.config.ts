import { defineConfig } from "vitest/config";

/* The tests that `npm run mutation` holds against broken arithmetic: those of the pure engine, nothing with a database. */
process.env.TZ ??= "UTC";

const areas = "money,charging,late-fee,pools,metering,explanation";

export default defineConfig({
  test: {
    include: [`test/{unit,property}/{${areas}}/**/*.test.ts`],
    pool: "threads",
    testTimeout: 20_000,
  },
});
