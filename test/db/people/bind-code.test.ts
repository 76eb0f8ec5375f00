import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { type BindingContext, confirmBindCode, requestBindCode } from "../../../src/usecases/people/bind-code.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { encryption, newPerson, relayWorld } from "../outbox/relay-world.ts";

const database = withDatabase();
const clock = movableClock("2026-09-05");

let phones = 0;
const newPhone = (): string => {
  phones += 1;
  return `138${String(phones).padStart(8, "0")}`;
};

/** One stranger's conversation with us. */
const stranger = (openId: string): BindingContext => ({
  identity: { platform: "official-account", appId: "wx1", externalId: openId },
  conversationKey: `official-account|wx1|${openId}`,
  encryption,
  nowMs: clock.nowMs(),
  today: clock.today(),
});

const request = (openId: string, phone: string) =>
  inTransaction(database.db, (tx) => requestBindCode(tx, stranger(openId), phone));
const confirm = (openId: string, codeId: string, code: string) =>
  inTransaction(database.db, (tx) => confirmBindCode(tx, stranger(openId), codeId, code));

/** Asks for a code and reads it off the phone. */
async function codeFor(openId: string, phone: string): Promise<{ codeId: string; code: string }> {
  const result = await request(openId, phone);
  if (result.state !== "sent-if-known") throw new Error(`no code: ${result.state}`);
  const world = relayWorld(database);
  await world.relayAll();
  const sms = world.smsSent.find((message) => message.phone === phone);
  return { codeId: result.codeId, code: sms?.parameters.code ?? "" };
}

describe("a code for binding", () => {
  it("goes to the phone that was typed, not to another one of the same person", async () => {
    const [work, home] = [newPhone(), newPhone()];
    const personId = await newPerson(database.db, { phone: work });
    const { cipher, keyId, hash } = encryption.encrypt(home);
    await database.db.$executeRaw(Prisma.sql`INSERT INTO person_phone (phone_hash, person_id, phone_cipher, phone_key_id)
      VALUES (${hash}, ${personId}::uuid, ${cipher}, ${keyId})`);
    for (const [openId, phone] of [
      ["o-home", home],
      ["o-work", work],
    ] as const) {
      expect((await codeFor(openId, phone)).code, phone).toMatch(/^\d{6}$/);
    }
  });

  it("is not in the tables as it was sent", async () => {
    const phone = newPhone();
    await newPerson(database.db, { phone });
    const { codeId, code } = await codeFor("o-hash", phone);
    const [stored] = await rows<{ whole: string }>(
      database.db,
      Prisma.sql`SELECT b::text AS whole FROM bind_code b WHERE id = ${codeId}::uuid`,
    );
    expect(stored?.whole).not.toContain(code);
    expect(stored?.whole).not.toContain(phone);
  });

  it("is sent once to a phone that ten strangers ask for at the same time", async () => {
    const phone = newPhone();
    await newPerson(database.db, { phone });
    const asked = await Promise.all(Array.from({ length: 10 }, (_, index) => request(`o-crowd-${index}`, phone)));
    expect(asked.map((result) => result.state).sort()).toEqual(["sent-if-known", ...Array(9).fill("too-soon")]);
  });

  it("works once, of two confirmations at the same time for one", async () => {
    const phone = newPhone();
    const personId = await newPerson(database.db, { phone });
    const { codeId, code } = await codeFor("o-twice", phone);
    const confirmed = await Promise.all([confirm("o-twice", codeId, code), confirm("o-twice", codeId, code)]);
    expect(confirmed.map((result) => result.state).sort()).toEqual(["bound", "expired"]);
    const bound = await rows(
      database.db,
      Prisma.sql`SELECT person_id FROM channel_identity WHERE external_id = 'o-twice'`,
    );
    expect(bound).toEqual([{ person_id: personId }]);
  });

  it("cannot be guessed by trying faster: of ten tries at once five count and none more", async () => {
    const phone = newPhone();
    await newPerson(database.db, { phone });
    const { codeId, code } = await codeFor("o-guess", phone);
    const wrong = code === "000000" ? "000001" : "000000";
    const tries = await Promise.all(Array.from({ length: 10 }, () => confirm("o-guess", codeId, wrong)));
    // Five wrong ones are counted down 4, 3, 2, 1 and over; the rest find nothing to try.
    expect(tries.flatMap((result) => (result.state === "wrong-code" ? [result.attemptsLeft] : [])).sort()).toEqual([
      1, 2, 3, 4,
    ]);
    expect(await confirm("o-guess", codeId, code)).toEqual({ state: "expired" });
  });

  it("is no use in another conversation", async () => {
    const phone = newPhone();
    await newPerson(database.db, { phone });
    const { codeId, code } = await codeFor("o-mine", phone);
    expect(await confirm("o-theirs", codeId, code)).toEqual({ state: "expired" });
    expect(await confirm("o-mine", codeId, code)).toMatchObject({ state: "bound" });
  });

  it("does not bind to somebody who has asked to be forgotten", async () => {
    const phone = newPhone();
    const personId = await newPerson(database.db, { phone });
    const { codeId, code } = await codeFor("o-forgotten", phone);
    await database.db.$executeRaw(Prisma.sql`UPDATE person SET forgotten_at = now() WHERE id = ${personId}::uuid`);
    expect(await confirm("o-forgotten", codeId, code)).toEqual({ state: "expired" });
  });
});
