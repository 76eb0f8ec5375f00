import { afterAll, beforeAll, expect, it } from "vitest";
import { exceptionCards } from "../../../bot/notices/exception-notices.ts";
import { photoNotices } from "../../../bot/notices/photo-notices.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import { findException } from "../../../src/usecases/exceptions/exception.ts";
import { fetchDuePhotos } from "../../../src/usecases/photos/fetch-photos.ts";
import { keepPhoto } from "../../../src/usecases/photos/keep-photo.ts";
import { openDesk } from "../../db/reconciliation/statement-world.ts";
import { APPROVAL_ENCRYPTION, importApprovalWorld } from "../../support/approval-world.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { servePages } from "../../support/h5-phones.ts";
import { balances, expectBooksInOrder, issueBill } from "../../support/ledger-world.ts";

/*
 * 1,520.00 arrive from somebody whose name is like 一号电子's; they owe three bills. 周财务 opens the page from the card and
 * says which bills the money is for.
 */
const DAY = "2026-03-05";
const clock = movableClock(DAY);

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pages: Awaited<ReturnType<typeof servePages>>;
let id = "";
const link = () => pageUrl({ publicUrl: pages.base, linkKey: pages.linkKey, nowMs: clock.nowMs() }, "exception", id);

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await importApprovalWorld(db);
  for (const [number, amountFen, dueDate] of [
    ["1", 100_000n, "2026-03-10"],
    ["2", 50_000n, "2026-03-15"],
    ["3", 80_000n, "2026-03-20"],
  ] as const) {
    await issueBill(db, {
      billNo: `DG-202603-0000${number}`,
      lease: "L1",
      issueDate: "2026-03-01",
      dueDate,
      lines: [{ charge: `rent-${number}`, kind: "rent", amountFen }],
    });
  }
  const desk = await openDesk(db);
  await desk.import(DAY, [{ amountFen: 152_000n, payer: "一号电子厂", account: "6222000011112222", serial: "U1" }], 0n);
  id = (await desk.run(DAY)).exceptions[0]?.id ?? "";
  pages = await servePages(db, clock);
});
afterAll(async () => {
  pages.close();
  await database.close();
});

interface Opened {
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

/** A work phone: keeps its cookies, follows redirects; on the sign-in page it is `userId`. */
function phone(userId: string) {
  const cookies = new Map<string, string>();
  const go = async (url: string, form?: URLSearchParams): Promise<Opened> => {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      headers: {
        "user-agent": "Mozilla/5.0 wxwork/4.1",
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(form ? { body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const target = response.headers.get("location");
    if (target === null) {
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, text: bytes.toString("utf8"), bytes, headers: response.headers };
    }
    const next = new URL(target, pages.base);
    if (next.pathname === "/h5/oauth") next.searchParams.set("code", userId);
    return go(next.toString());
  };
  return {
    opens: (url = link()) => go(url),
    async sends(page: string, act: string, fields: readonly (readonly [string, string])[] = []) {
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
      const form = new URLSearchParams({ form: field("form"), version: field("version"), act });
      for (const [name, value] of fields) form.append(name, value);
      return go(link(), form);
    },
  };
}

it("the card of a difference leads to its page", async () => {
  const exception = await findException(database.db, id);
  if (!exception) throw new Error("no difference");
  expect(exceptionCards(() => "https://park.example/h5/exception?t=x").alert([exception]).link).toContain(
    "/h5/exception",
  );
});

it("shows facts, candidates, choices with their effect, who may choose and until when", async () => {
  const page = await phone("w-S05").opens();
  expect(page.status).toBe(200);
  for (const words of [
    "付款人不明",
    "¥1,520.00",
    "一号电子厂",
    "财务经理",
    "2026年3月6日 10:00",
    "逾期提醒财务总监",
    "户名与租户相近",
    "借 2241.02 贷 1122/2203",
    "DG-202603-00003",
    "2026年3月20日到期",
    "¥800.00",
    // 1,000.00 + 500.00 + 800.00 less 1,520.00.
    "欠款 ¥2,300.00 → ¥780.00",
    "别的租户",
  ]) {
    expect(page.text).toContain(words);
  }
});

it("is closed to strangers, to stewards and to other parks; an auditor reads and chooses nothing", async () => {
  expect(await phone("w-nobody").opens()).toMatchObject({ status: 403 });
  expect(await phone("w-S01").opens()).toMatchObject({ status: 404 });
  expect(await phone("w-S04").opens()).toMatchObject({ status: 404 });
  const auditor = phone("w-S08");
  const page = await auditor.opens();
  expect(page.text).toContain("您可以查看");
  const tried = await auditor.sends(page.text, "resolve", [["proposal", "hold"]]);
  expect(tried.text).not.toContain("已由");
});

it("settles with the bills that are chosen, once, as the card does, and takes it back", async () => {
  const zhou = phone("w-S05");
  const page = await zhou.opens();
  expect((await zhou.sends(page.text, "resolve")).text).toContain("请先选择一种处理办法");
  const before = await balances(database.db);
  const chosen = [
    ["proposal", "claim:T1"],
    ["bill:claim:T1", "DG-202603-00003"],
    // Of another choice: passed over.
    ["amount:return", "5"],
    ["note", "电话核实"],
  ] as const;
  const done = await zhou.sends(page.text, "resolve", chosen);
  expect(done.text).toContain("已由 S05 按“认领给T1”处理");
  // 800.00 first, then the oldest: 720.00 of 1,000.00.
  const open = await database.db.$queryRaw`SELECT b.bill_no AS no, r.open_fen AS open FROM receivable r
    JOIN bill b ON b.id = r.bill_id ORDER BY 1`;
  expect(open).toEqual([
    { no: "DG-202603-00001", open: 28_000n },
    { no: "DG-202603-00002", open: 50_000n },
    { no: "DG-202603-00003", open: 0n },
  ]);
  expect((await zhou.sends(page.text, "resolve", chosen)).text).toContain("这次操作已经提交过了");
  const undone = await zhou.sends((await zhou.opens()).text, "undo");
  expect(undone.text).toContain("怎么处理");
  expect(await balances(database.db)).toEqual(before);
  // The page that was open before the undo shows a version that is gone.
  const fresh = await zhou.opens();
  await zhou.sends(fresh.text, "resolve", [["proposal", "hold"]]);
  const resolved = (await zhou.opens()).text;
  const older = resolved.replace(/name="version" value="\d+"/, 'name="version" value="2"');
  expect((await zhou.sends(older, "undo")).text).toContain("已过期");
  await zhou.sends((await zhou.opens()).text, "undo");
  const again = await zhou.opens();
  expect(again.text).toContain("怎么处理");
  const outdated = again.text.replace(/name="version" value="\d+"/, 'name="version" value="1"');
  expect((await zhou.sends(outdated, "resolve", [["proposal", "hold"]])).text).toContain("已过期");
  await expectBooksInOrder(database.db);
});

it("the slip that a tenant sent stands on the page; its bytes are for those who may read about the money", async () => {
  const { db } = database;
  expect((await phone("w-S05").opens()).text).not.toContain("转账凭证");
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from("a slip over 1,520.00")]);
  await inTransaction(db, async (tx) => {
    // 王会计 says that the money is 一号电子's, and sends the photo of the slip.
    const [claim] = await tx.$queryRaw<{ id: string; person: string }[]>`
      INSERT INTO transfer_claim (id, tenant_id, person_id, amount_fen, exception_id, claimed_on, state)
      SELECT gen_random_uuid(), t.id, i.person_id, 152000, ${id}::uuid, ${DAY}::date, 'open'
      FROM tenant t, channel_identity i WHERE t.code = 'T1' AND i.external_id = 'o-王会计' RETURNING id, person_id AS person`;
    if (!claim) throw new Error("no claim");
    const from = { platform: "official-account", appId: "wx", sender: "o-王会计", personId: claim.person } as const;
    await keepPhoto(tx, { kind: "transfer-claim", id: claim.id }, { ...from, mediaId: "m1", sentAtMs: Date.now() });
  });
  await fetchDuePhotos(db, {
    sources: new Map([
      [
        "official-account|wx",
        { platform: "official-account", appId: "wx", fetch: async () => ({ state: "fetched", bytes: jpeg }) },
      ],
    ]),
    encryption: APPROVAL_ENCRYPTION,
    today: clock.today,
    wireNowMs: Date.now,
    notices: photoNotices(() => pages.base),
    onProblem: (problem) => {
      throw new Error(JSON.stringify(problem));
    },
  });
  const page = await phone("w-S05").opens();
  const photo = /href="([^"]*\/h5\/photo\?t=[^"]+)">看一号电子发来的凭证/.exec(page.text)?.[1] ?? "";
  expect(photo).toContain("/h5/photo?t=");
  // 周财务 on another phone, who signs in for the photo alone; the page shows who has a session too.
  const seen = await phone("w-S05").opens(photo);
  expect(seen.status).toBe(200);
  expect(seen.bytes.equals(jpeg)).toBe(true);
  expect(Object.fromEntries(seen.headers)).toMatchObject({
    "content-type": "image/jpeg",
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  });
  // 方管家 has another building, 李管家 does not decide about money, 莫经理 has another park; nobody is nobody.
  for (const who of ["w-S13", "w-S01", "w-S04", "w-nobody"]) {
    const refused = await phone(who).opens(photo);
    expect(refused.status, who).toBe(403);
    expect(refused.bytes.includes(jpeg), who).toBe(false);
  }
  const outside = await fetch(photo, { redirect: "manual" });
  expect(outside.status).not.toBe(200);
  expect(await phone("w-S05").opens(`${photo}x`)).toMatchObject({ status: 400 });
});
