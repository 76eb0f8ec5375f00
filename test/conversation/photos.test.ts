import { beforeEach, expect, it } from "vitest";
import { photoNotices } from "../../bot/notices/photo-notices.ts";
import { type Card, textCard } from "../../cards/card.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { execute, row, rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { FetchedMedia } from "../../src/ports/media-source.ts";
import { eraseTraces } from "../../src/usecases/people/erase-traces.ts";
import { forgetPerson } from "../../src/usecases/people/forget-person.ts";
import { fetchDuePhotos } from "../../src/usecases/photos/fetch-photos.ts";
import { photoFor } from "../../src/usecases/photos/find-photos.ts";
import { findStaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { openDesk, type StatementDesk } from "../db/reconciliation/statement-world.ts";
import { APPROVAL_ENCRYPTION, importApprovalWorld } from "../support/approval-world.ts";
import { openChat, wordsOf } from "../support/chat.ts";
import { type MovableClock, movableClock } from "../support/clock.ts";
import { createTestDatabase } from "../support/database.ts";

/*
 * 王会计 (T1) claims a transfer and sends the photo of its slip; 周财务 (S05) decides. The platform is a table of what it
 * answers to each media id.
 */

const DAY = "2026-03-10";
const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  Buffer.from("Exif of a phone: 113.75E"),
  Buffer.alloc(40, 7),
]);
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let chat: ReturnType<typeof openChat>;
let desk: StatementDesk;
let platform: Map<string, FetchedMedia>;
let problems: unknown[];

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock(DAY);
  await importApprovalWorld(database.db);
  chat = openChat(database.db, clock);
  desk = await openDesk(database.db);
  platform = new Map();
  problems = [];
  return () => database.close();
});

const tenantSays = async (text: string) => wordsOf(await chat.says("official-account", "o-王会计", text));
const tenantSends = async (mediaId: string) =>
  wordsOf(await chat.sendsPicture("official-account", "o-王会计", mediaId));
const staffSays = async (code: string, text: string) => wordsOf(await chat.says("wecom", `w-${code}`, text));

/** The worker looks once; `aheadMs` on the wire clock. */
const fetchAll = (aheadMs = 0) =>
  fetchDuePhotos(database.db, {
    sources: new Map(
      (["official-account|wx", "wecom|corp"] as const).map((key) => [
        key,
        {
          platform: key === "wecom|corp" ? "wecom" : "official-account",
          appId: key.split("|")[1] ?? "",
          fetch: async (mediaId) => platform.get(mediaId) ?? { state: "gone", code: "40007" },
        },
      ]),
    ),
    encryption: APPROVAL_ENCRYPTION,
    today: clock.today,
    wireNowMs: () => Date.now() + aheadMs,
    notices: photoNotices((photoId) => `https://park.example.com/h5/photo?t=${photoId}`),
    onProblem: (problem) => problems.push(problem),
  });

const photos = () =>
  rows<{ state: string; attempts: number; failure: string | null; stored: boolean }>(
    database.db,
    Prisma.sql`SELECT state, attempts, failure, file_id IS NOT NULL AS stored FROM evidence_photo ORDER BY id`,
  );
const heard = async (who: string): Promise<string> =>
  wordsOf(
    (
      await rows<{ card: Card }>(
        database.db,
        Prisma.sql`SELECT message AS card FROM outbox WHERE recipient = ${who} AND inbox_event_id IS NULL
          AND message->>'kind' IS NULL ORDER BY stream_seq`,
      )
    ).map(({ card }) => card ?? textCard()),
  );
const photoId = async (): Promise<string> =>
  (await row<{ id: string }>(database.db, Prisma.sql`SELECT id FROM evidence_photo ORDER BY id DESC LIMIT 1`))?.id ??
  "";
const seenBy = (code: string, id: string) =>
  inTransaction(database.db, async (tx) => {
    const staff = await findStaffMember(tx, { code });
    return staff && photoFor(tx, APPROVAL_ENCRYPTION, staff, id);
  });

/** 1,234.56 元 came from somebody whom nobody knows, and 王会计 says that it was theirs. */
async function claimed(): Promise<void> {
  await desk.import(
    DAY,
    [{ amountFen: 123_456n, payer: "路人", account: "6222009", remark: "货款", serial: "C1" }],
    0n,
  );
  await desk.run(DAY);
  expect(await tenantSays("转账1234.56元已付请查收")).toMatch(/金额相符/);
}

it("凭证照片取回、原样保存，处理的人一点就能看，别人打不开", async () => {
  await claimed();
  // 吴财务 has one building of the park; money of nobody yet is not hers.
  await execute(
    database.db,
    Prisma.sql`INSERT INTO staff_building (staff_id, building_id) SELECT s.id, b.id FROM staff s, building b
      JOIN project p ON p.id = b.project_id AND p.code = 'DG' WHERE s.code = 'S06' AND b.code = 'A'`,
  );
  platform.set("media-1", { state: "fetched", bytes: JPEG });
  expect(await tenantSends("media-1")).toMatch(/照片已收到/);
  // The same message once more is the same photo.
  expect(await fetchAll()).toBe(1);
  expect(await fetchAll()).toBe(0);
  expect(await photos()).toEqual([{ state: "kept", attempts: 1, failure: null, stored: true }]);
  const id = await photoId();
  // Those who decide hear of it, and see it from their card.
  expect(await heard("w-S05")).toMatch(/一号电子为¥1,234.56的待认领款项发来了转账凭证[\s\S]*h5\/photo/);
  expect(await heard("w-S06")).not.toMatch(/转账凭证/);
  const [card] = await chat.cardsOf("w-S05");
  expect(wordsOf(card ? [card.card] : [])).not.toMatch(/看转账凭证/);
  const exception = await row<{ id: string }>(database.db, Prisma.sql`SELECT id FROM exception_item`);
  const shown = await chat.says("wecom", "w-S05", `差异 ${exception?.id}`);
  const button = shown.flatMap((one) => one.buttons).find(({ label }) => label === "看转账凭证");
  if (button?.kind !== "action") throw new Error("no button for the slip");
  expect(wordsOf(await chat.clicks("wecom", "w-S05", button.action))).toContain(`h5/photo?t=${id}`);
  // Byte for byte: what a phone writes into a photo is part of the evidence.
  expect(Buffer.from((await seenBy("S05", id))?.bytes ?? []).equals(JPEG)).toBe(true);
  expect(await seenBy("S08", id)).toMatchObject({ mediaType: "image/jpeg", fileName: expect.stringMatching(/\.jpg$/) });
  // A steward does not decide about money; 莫经理 is of another park; 郑 has left.
  for (const code of ["S01", "S04", "S06", "S09"]) expect(await seenBy(code, id), code).toBeUndefined();
  expect(await staffSays("S01", `凭证 ${exception?.id}`)).toMatch(/没有这条对账差异/);
  // At rest it is encrypted, and nothing of it was logged.
  const file = await row<{ cipher: Uint8Array }>(
    database.db,
    Prisma.sql`SELECT content_cipher AS cipher FROM document_file`,
  );
  expect(Buffer.from(file?.cipher ?? []).includes("Exif")).toBe(false);
  expect(problems).toEqual([]);
  expect(chat.failures).toEqual([]);
});

it("照片过期、太大、不是图片：请他再发，再发的放回原处", async () => {
  await claimed();
  await tenantSends("media-gone");
  await fetchAll();
  expect(await heard("o-王会计")).toMatch(/没能保存下来。麻烦再发一次/);
  platform.set("media-large", { state: "too-large" });
  expect(await tenantSends("media-large")).toMatch(/照片已收到/);
  await fetchAll();
  expect(await heard("o-王会计")).toMatch(/超过10MB.*原图/);
  platform.set("media-html", { state: "fetched", bytes: Buffer.from("<!DOCTYPE html><script>alert(1)</script>") });
  await tenantSends("media-html");
  await fetchAll();
  expect(await heard("o-王会计")).toMatch(/不是能打开的图片/);
  platform.set("media-4", { state: "fetched", bytes: JPEG });
  expect(await tenantSends("media-4")).toMatch(/照片已收到/);
  await fetchAll();
  expect((await photos()).map(({ state }) => state)).toEqual(["replaced", "replaced", "replaced", "kept"]);
  expect(await heard("w-S05")).toMatch(/发来了转账凭证/);
  expect(problems).toEqual([
    { photoId: expect.anything(), code: "40007" },
    { photoId: expect.anything(), code: "TOO_LARGE" },
    { photoId: expect.anything(), code: "NO_IMAGE" },
  ]);
});

it("平台暂时不答：过一会儿再取；取到一半被杀的，由别的进程接着取，只存一份", async () => {
  await claimed();
  await tenantSends("media-1");
  platform.set("media-1", { state: "later", code: "45009", retryAfterMs: 60_000 });
  await fetchAll();
  expect(await photos()).toMatchObject([{ state: "waiting", attempts: 1, failure: "45009" }]);
  expect(await fetchAll(50_000)).toBe(0);
  platform.set("media-1", { state: "fetched", bytes: JPEG });
  // This one died after its call: what it claimed is taken up when the claim has run out, 90 s later …
  await execute(
    database.db,
    Prisma.sql`UPDATE evidence_photo SET attempts = 2, next_try_at = now() + interval '150 seconds'`,
  );
  expect(await fetchAll(100_000)).toBe(0);
  // … by two at once, of whom one gets it.
  const looked = await Promise.all([fetchAll(160_000), fetchAll(160_000)]);
  expect(looked.sort()).toEqual([0, 1]);
  expect(await photos()).toEqual([{ state: "kept", attempts: 3, failure: null, stored: true }]);
  const files = await row<{ count: number }>(database.db, Prisma.sql`SELECT count(*)::int AS count FROM document_file`);
  expect(files?.count).toBe(1);
});

it("注销的人：没有对应款项的照片删除，入了账的留作凭证，地址都忘掉", async () => {
  await claimed();
  platform.set("media-1", { state: "fetched", bytes: JPEG });
  await tenantSends("media-1");
  await fetchAll();
  // A second claim that no money answers to.
  await tenantSays("转账88元已付请查收");
  platform.set("media-2", { state: "fetched", bytes: JPEG });
  await tenantSends("media-2");
  await fetchAll();
  expect(wordsOf(await chat.presses("wecom", "w-S05", "认领给一号电子"))).toMatch(/已处理/);
  const who = await row<{ id: string }>(
    database.db,
    Prisma.sql`SELECT person_id AS id FROM channel_identity WHERE external_id = 'o-王会计'`,
  );
  await execute(database.db, Prisma.sql`UPDATE lease SET end_date = '2026-03-01' WHERE code = 'L1'`);
  const forgotten = await inTransaction(database.db, (tx) =>
    forgetPerson(tx, {
      personId: who?.id ?? "",
      channel: "official-account",
      encryption: APPROVAL_ENCRYPTION,
      nowMs: clock.nowMs(),
      today: clock.today(),
    }),
  );
  expect(forgotten).toEqual({ ok: true });
  await eraseTraces(database.db);
  const left = await rows<{ state: string; sender: string | null; media: string | null; claim: string }>(
    database.db,
    Prisma.sql`SELECT p.state, p.sender, p.media_id AS media, c.state AS claim FROM evidence_photo p
      JOIN transfer_claim c ON c.id = p.subject_id ORDER BY p.id`,
  );
  expect(left).toEqual([
    { state: "kept", sender: null, media: null, claim: "confirmed" },
    { state: "erased", sender: null, media: null, claim: "open" },
  ]);
  const files = await row<{ count: number }>(database.db, Prisma.sql`SELECT count(*)::int AS count FROM document_file`);
  expect(files?.count).toBe(1);
});
