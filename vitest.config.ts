import { defineConfig } from "vitest/config";

// Dates and times must not depend on where the tests run; CI runs them under Asia/Shanghai as well (TZ=Asia/Shanghai).
process.env.TZ ??= "UTC";

// The files of a worker share its process: reading the same modules anew for each of them took half of all processor time.
const everywhere = { setupFiles: ["test/support/loopback-only.ts"], pool: "forks" as const, isolate: false };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...everywhere,
          name: "unit",
          include: ["test/{unit,property,contract,tidy}/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...everywhere,
          name: "db",
          // Each file has a database and most of them processes of their own; more at once only take time from each other.
          maxWorkers: 3,
          // Vitest wants projects with different numbers of workers one after the other.
          sequence: { groupOrder: 1 },
          include: ["test/{db,import,scenario,conversation}/**/*.test.ts"],
          // Starts the database server; runs only if there is a file of this project to run.
          globalSetup: ["test/support/database-server.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
