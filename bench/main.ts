import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/*
 * npm run bench [-- billing|matching|pdf|understanding [sizes …]]: ratios against limits that are measured in the same
 * run. Without a name all of them, one after the other. Exit code 1 if one misses its target, 2 for a wrong name.
 */

const BENCHMARKS: Readonly<Record<string, string>> = {
  billing: "billing.ts",
  matching: "matching.ts",
  pdf: "pdf.ts",
  understanding: "understanding-accuracy.ts",
};

const [wanted, ...rest] = process.argv.slice(2);
const built = Object.entries(BENCHMARKS)
  .map(([name, file]) => ({ name, path: fileURLToPath(new URL(file, import.meta.url)) }))
  .filter(({ path }) => existsSync(path));
const chosen = wanted === undefined ? built : built.filter(({ name }) => name === wanted);
if (chosen.length === 0) {
  console.error(`no benchmark ${wanted}; there are: ${built.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
let failed = false;
for (const { name, path } of chosen) {
  console.log(`── ${name}`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", path, ...rest], {
    stdio: "inherit",
    // As `npm start` does: glibc keeps an arena for each of Node's threads, and freed memory stays in all of them.
    env: { ...process.env, MALLOC_ARENA_MAX: "2" },
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
