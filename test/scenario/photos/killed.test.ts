import { expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { readableText } from "../../../playground/official-account/chat.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { openPark, WAIT_MS } from "../server/park.ts";

/* The real process, killed while WeChat is giving out a photo that a tenant has sent as proof of a transfer. */

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(300_000, 7)]);

it("a photo whose fetching was killed is fetched by the next process, and kept once", {
  timeout: 120_000,
}, async () => {
  const park = await openPark();
  const tenant = park.contact(0);
  const photos = () =>
    rows<{ state: string; attempts: number; failure: string | null; size: number | null; files: number }>(
      park.db,
      Prisma.sql`SELECT state, attempts, failure, size_bytes AS size, (SELECT count(*)::int FROM document_file) AS files
        FROM evidence_photo`,
    );
  // WeChat answers after a minute: the call is under way when the process dies, and the next one is answered at once.
  park.playground.officialAccount.faults.arm("GET", /media\/get/, { kind: "delay", delayMs: 60_000 });
  const first = await park.start();
  await tenant.say("转账1234.5元已付请查收");
  await tenant.waitForMessage((message) => /已记下/.test(readableText(message)), WAIT_MS);
  await tenant.sendPicture(JPEG);
  await tenant.waitForMessage((message) => /照片已收到/.test(readableText(message)), WAIT_MS);
  await expect
    .poll(photos, { timeout: WAIT_MS, interval: 50 })
    .toEqual([{ state: "waiting", attempts: 1, failure: null, size: null, files: 0 }]);
  // The call has reached WeChat.
  await expect.poll(() => park.playground.officialAccount.faults.waiting, { timeout: WAIT_MS, interval: 20 }).toBe(0);
  await first.killHard();
  // Its claim runs out 90 s later; nobody wants to wait for that here.
  await execute(park.db, Prisma.sql`UPDATE evidence_photo SET next_try_at = now()`);
  const second = await park.start();
  await expect
    .poll(photos, { timeout: WAIT_MS, interval: 50 })
    .toEqual([{ state: "kept", attempts: 2, failure: null, size: JPEG.length, files: 1 }]);
  expect(JSON.stringify([...first.log(), ...second.log()])).not.toMatch(/media_id|transfer-claim|access_token/);
  expect(await second.stop()).toBe(0);
});
