import { type Accuracy, measure, readFresh, readUtterances } from "../test/understanding/accuracy.ts";

/*
 * How well messages are understood. The tuning half is what the rules were written on, so its errors are shown; the
 * test half was written blind, so only its totals are: whoever reads its errors has spent it.
 */
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

function printTotals(title: string, accuracy: Accuracy): void {
  const { count, rightIntents, rightFrames, averageMs, slowestMs } = accuracy;
  console.log(
    `${title}: ${count} utterances, intents ${percent(rightIntents, count)}, whole frames ${percent(rightFrames, count)}`,
  );
  console.log(`  ${averageMs.toFixed(3)} ms a message, slowest ${slowestMs.toFixed(1)} ms`);
  for (const [name, { expected, found, right }] of Object.entries(accuracy.slots).sort()) {
    console.log(
      `  ${name.padEnd(16)} expected ${String(expected).padStart(4)}  found ${String(found).padStart(4)}  right ${String(right).padStart(4)}`,
    );
  }
}

function printErrors({ wrong }: Accuracy): void {
  for (const { labelled, intent, slots } of wrong) {
    const { expect, role, text } = labelled;
    console.log(`  ${expect.intent === intent ? "slots " : "INTENT"} ${role} ${JSON.stringify(text)}`);
    console.log(`         wanted ${expect.intent} ${JSON.stringify(expect.slots)}`);
    console.log(`         got    ${intent} ${JSON.stringify(slots)}`);
  }
}

const tuning = readUtterances("tuning");
measure(tuning);
const tuned = measure(tuning);
printTotals("tuning half", tuned);
if (process.argv.includes("--errors")) printErrors(tuned);
const confusion = new Map<string, number>();
for (const { labelled, intent } of tuned.wrong) {
  const key = `${labelled.expect.intent} → ${intent}`;
  if (labelled.expect.intent !== intent) confusion.set(key, (confusion.get(key) ?? 0) + 1);
}
for (const [key, count] of confusion) console.log(`  confused: ${key} ${count}×`);
printTotals("fresh sets", measure(readFresh()));
if (!process.argv.includes("--tuning-only")) printTotals("test half", measure(readUtterances("test")));
