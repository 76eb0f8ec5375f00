import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { applyChanges, EXAMPLES, goodWorld, layOut, REPOSITORY, renderChecksPage } from "./examples.ts";

/* Writes test/import/{broken,doubtful}/*.json and docs/import-checks.md (npm run examples). */

for (const directory of ["test/import/broken", "test/import/doubtful", "docs"]) {
  mkdirSync(join(REPOSITORY, directory), { recursive: true });
}
const wanted = new Set(EXAMPLES.map(({ file }) => join(REPOSITORY, file)));
for (const directory of new Set([...wanted].map((file) => dirname(file)))) {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if (!wanted.has(file)) rmSync(file);
  }
}
for (const { file, changes } of EXAMPLES) {
  writeFileSync(join(REPOSITORY, file), `${layOut(applyChanges(goodWorld(), changes))}\n`);
}
writeFileSync(join(REPOSITORY, "docs/import-checks.md"), renderChecksPage());
console.log(`${EXAMPLES.length} examples and docs/import-checks.md written`);
