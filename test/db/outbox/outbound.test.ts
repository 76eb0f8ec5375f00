import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { withDatabase } from "../../support/database.ts";
import { clearOutbox, encryption, enqueue, newOpenId, newPerson, notice, relayWorld } from "./relay-world.ts";

const database = withDatabase();
beforeEach(async () => {
  await clearOutbox(database.db);
  await database.db.$executeRaw(Prisma.sql`DELETE FROM person_phone`);
});

const allowing = (...names: string[]) => ({ mode: "allowlist", allowlist: new Set(names) }) as const;

let tenants = 0;
/** A tenant with one member; returns its code. */
async function newTenantOf(personId: string): Promise<string> {
  tenants += 1;
  const code = `T9${tenants}`;
  const tenantId = newId();
  await database.db.$executeRaw(Prisma.sql`INSERT INTO tenant (id, code, name, kind)
    VALUES (${tenantId}::uuid, ${code}, '租户', 'company')`);
  await database.db.$executeRaw(Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role)
    VALUES (${newId()}::uuid, ${tenantId}::uuid, ${personId}::uuid, 'owner')`);
  return code;
}

describe("OUTBOUND=allowlist: a person hears from us whose", () => {
  it.each([
    ["openid is on it", async (openId: string) => openId, true],
    ["phone is on it", async () => "13900000001", true],
    ["tenant's code is on it", async (_openId: string, person: string) => newTenantOf(person), true],
    ["neighbour is on it: not", async () => "13900000002", false],
  ] as const)("%s", async (_case, entry, heard) => {
    const world = relayWorld(database);
    const openId = newOpenId();
    const person = await newPerson(database.db, { openId });
    await givePhone(person, "13900000001");
    await enqueue(database.db, notice(openId, "一"));
    await world.relayAll("relay", allowing(await entry(openId, person)));
    expect(world.sent).toEqual(heard ? [`${openId}: 一`] : []);
  });

  it("the number that an SMS goes to counts, not another one of the same person", async () => {
    const world = relayWorld(database);
    const person = await newPerson(database.db, { phone: "13900000003" });
    await givePhone(person, "13900000004");
    const [{ hash = "" } = {}] = await database.db.$queryRaw<{ hash: string }[]>(
      Prisma.sql`SELECT encode(phone_hash, 'hex') AS hash FROM person_phone WHERE person_id = ${person}::uuid
        ORDER BY phone_hash LIMIT 1`,
    );
    const chosen = { template: "dunning", parameters: {}, phoneHash: hash } as const;
    const sms = (key: string) =>
      ({ channel: "sms", appId: "", recipient: person, occasion: "notice", message: chosen, dedupeKey: key }) as const;
    await enqueue(database.db, sms(`${person}|1`));
    await world.relayAll();
    const [sent] = world.smsSent;
    const other = sent?.phone === "13900000003" ? "13900000004" : "13900000003";
    await enqueue(database.db, sms(`${person}|2`));
    await world.relayAll("relay", allowing(other));
    expect(world.smsSent).toHaveLength(1);
    await enqueue(database.db, sms(`${person}|3`));
    await world.relayAll("relay", allowing(sent?.phone ?? ""));
    expect(world.smsSent).toHaveLength(2);
  });
});

async function givePhone(person: string, phone: string): Promise<void> {
  const { cipher, keyId, hash } = encryption.encrypt(phone);
  await database.db.$executeRaw(Prisma.sql`INSERT INTO person_phone (phone_hash, person_id, phone_cipher, phone_key_id)
    VALUES (${hash}, ${person}::uuid, ${cipher}, ${keyId})`);
}
