import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { World } from "../../domain/world/world.ts";
import type { Platform } from "../../ports/messenger.ts";
import type { CodeBook } from "./code-book.ts";

/** App ids of the configured platforms: an openid or userid means nothing without the app that issued it. */
export type PlatformApps = Readonly<Partial<Record<Platform, string>>>;

interface Named {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
}
interface Identity {
  readonly personId: string;
  readonly platform: Platform;
  readonly appId: string;
  readonly externalId: string;
}

/** Persons found by phone, by platform identity, or by name among the members of a tenant; new ones are made. */
class PersonBook {
  readonly #byPhone = new Map<string, string>();
  readonly #byIdentity = new Map<string, string>();
  readonly #byName = new Map<string, string>();
  readonly people = new Map<string, Named>();
  readonly phones: { hash: string; personId: string; cipher: string; keyId: string }[] = [];
  readonly identities: Identity[] = [];

  async load(tx: Transaction): Promise<void> {
    for (const found of await rows<{ hash: string; person_id: string }>(
      tx,
      Prisma.sql`SELECT encode(phone_hash, 'hex') AS hash, person_id FROM person_phone`,
    ))
      this.#byPhone.set(found.hash, found.person_id);
    for (const found of await rows<{ platform: string; app_id: string; external_id: string; person_id: string }>(
      tx,
      Prisma.sql`SELECT platform, app_id, external_id, person_id FROM channel_identity`,
    ))
      this.#byIdentity.set(`${found.platform}|${found.app_id}|${found.external_id}`, found.person_id);
    for (const found of await rows<{ scope: string; name: string; person_id: string }>(
      tx,
      Prisma.sql`SELECT t.code AS scope, p.name, p.id AS person_id
          FROM tenant_member m JOIN person p ON p.id = m.person_id JOIN tenant t ON t.id = m.tenant_id
          WHERE m.revoked_at IS NULL
        UNION ALL SELECT 'staff:' || s.code, s.name, s.person_id FROM staff s`,
    ))
      this.#byName.set(`${found.scope}|${found.name}`, found.person_id);
  }

  /** `scope` is the tenant's code or "staff:<code>". */
  personOf(
    scope: string,
    facts: { name: string; phone?: string | undefined; email?: string | undefined },
    identities: readonly Omit<Identity, "personId">[],
    encryption: FieldEncryption,
  ): string {
    const phoneHash = facts.phone === undefined ? undefined : encryption.hash(facts.phone).toString("hex");
    const identityKeys = identities.map((one) => `${one.platform}|${one.appId}|${one.externalId}`);
    const nameKey = `${scope}|${facts.name}`;
    const personId =
      (phoneHash === undefined ? undefined : this.#byPhone.get(phoneHash)) ??
      identityKeys.map((key) => this.#byIdentity.get(key)).find((id) => id !== undefined) ??
      this.#byName.get(nameKey) ??
      newId();
    this.people.set(personId, { id: personId, name: facts.name, email: facts.email ?? null });
    this.#byName.set(nameKey, personId);
    if (facts.phone !== undefined && phoneHash !== undefined && !this.#byPhone.has(phoneHash)) {
      const { cipher, keyId } = encryption.encrypt(facts.phone);
      this.#byPhone.set(phoneHash, personId);
      this.phones.push({ hash: phoneHash, personId, cipher: cipher.toString("hex"), keyId });
    }
    identities.forEach((identity, index) => {
      const key = identityKeys[index] ?? "";
      if (this.#byIdentity.has(key)) return;
      this.#byIdentity.set(key, personId);
      this.identities.push({ ...identity, personId });
    });
    return personId;
  }
}

/** Writes tenants with their contacts and staff with roles and portfolio. Contacts that the file leaves out stay. */
export async function writePeople(
  tx: Transaction,
  world: World,
  book: CodeBook,
  encryption: FieldEncryption,
  apps: PlatformApps,
): Promise<void> {
  const persons = new PersonBook();
  await persons.load(tx);
  const identitiesOf = (ids: Partial<Record<Platform, string | undefined>>) =>
    (Object.entries(ids) as [Platform, string | undefined][]).flatMap(([platform, externalId]) => {
      const appId = apps[platform];
      return externalId === undefined || appId === undefined ? [] : [{ platform, appId, externalId }];
    });
  const members = world.tenants.flatMap((tenant) =>
    tenant.contacts.map((contact) => ({
      id: newId(),
      tenant_id: book.idOf("tenant", tenant.code),
      person_id: persons.personOf(
        tenant.code,
        contact,
        identitiesOf({ "official-account": contact.openId }),
        encryption,
      ),
      role: contact.role,
    })),
  );
  const staff = world.staff.map((member) => ({
    id: book.idOf("staff", member.code),
    code: member.code,
    name: member.name,
    person_id: persons.personOf(
      `staff:${member.code}`,
      { name: member.name },
      identitiesOf({ wecom: member.wecomUserId, dingtalk: member.dingtalkUserId }),
      encryption,
    ),
  }));
  await writePersons(tx, persons);
  await writeTenants(tx, world, book);
  await execute(
    tx,
    Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role)
      SELECT DISTINCT ON (tenant_id, person_id) id, tenant_id, person_id, role
      FROM jsonb_to_recordset(${toRecordset(members)}::jsonb) AS t(id uuid, tenant_id uuid, person_id uuid, role text)
      ON CONFLICT (tenant_id, person_id) WHERE revoked_at IS NULL DO UPDATE SET role = EXCLUDED.role`,
  );
  await writeStaff(tx, world, book, staff);
}

async function writePersons(tx: Transaction, persons: PersonBook): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO person (id, name, email)
      SELECT * FROM jsonb_to_recordset(${toRecordset([...persons.people.values()])}::jsonb) AS t(id uuid, name text, email text)
      ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, email = coalesce(EXCLUDED.email, person.email)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO person_phone (phone_hash, person_id, phone_cipher, phone_key_id)
      SELECT decode(hash, 'hex'), "personId", decode(cipher, 'hex'), "keyId"
      FROM jsonb_to_recordset(${toRecordset(persons.phones)}::jsonb) AS t(hash text, "personId" uuid, cipher text, "keyId" text)`,
  );
  const identities = persons.identities.map((identity) => ({ id: newId(), ...identity }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
      SELECT id, "personId", platform, "appId", "externalId"
      FROM jsonb_to_recordset(${toRecordset(identities)}::jsonb) AS t(id uuid, "personId" uuid, platform text,
        "appId" text, "externalId" text)`,
  );
}

async function writeTenants(tx: Transaction, world: World, book: CodeBook): Promise<void> {
  const tenants = world.tenants.map((tenant) => ({
    id: book.idOf("tenant", tenant.code),
    code: tenant.code,
    name: tenant.name,
    kind: tenant.kind,
    tax_no: tenant.taxNo ?? null,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO tenant (id, code, name, kind, tax_no)
      SELECT * FROM jsonb_to_recordset(${toRecordset(tenants)}::jsonb) AS t(id uuid, code text, name text, kind text, tax_no text)
      ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind, tax_no = EXCLUDED.tax_no`,
  );
}

async function writeStaff(tx: Transaction, world: World, book: CodeBook, staff: readonly object[]): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO staff (id, person_id, code, name)
      SELECT id, person_id, code, name
      FROM jsonb_to_recordset(${toRecordset(staff)}::jsonb) AS t(id uuid, code text, name text, person_id uuid)
      ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name`,
  );
  const links = <T extends string>(pick: (member: World["staff"][number]) => readonly T[], idOf: (code: T) => string) =>
    toRecordset(
      world.staff.flatMap((member) =>
        pick(member).map((code) => ({ staff_id: book.idOf("staff", member.code), value: idOf(code) })),
      ),
    );
  const roles = links(
    (member) => member.roles,
    (role) => role,
  );
  const projects = links(
    (member) => member.projects,
    (code) => book.idOf("project", code),
  );
  const buildings = links(
    (member) => member.buildings,
    (code) => book.idOf("building", code),
  );
  const staffIds = world.staff.map((member) => book.idOf("staff", member.code));
  // The file states roles and portfolio as a whole: what it no longer names is taken away.
  for (const table of ["staff_role", "staff_project", "staff_building"]) {
    await execute(tx, Prisma.sql`DELETE FROM ${Prisma.raw(table)} WHERE staff_id = ANY (${staffIds}::uuid[])`);
  }
  await execute(
    tx,
    Prisma.sql`INSERT INTO staff_role (staff_id, role)
      SELECT DISTINCT staff_id, value FROM jsonb_to_recordset(${roles}::jsonb) AS t(staff_id uuid, value text)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO staff_project (staff_id, project_id)
      SELECT DISTINCT staff_id, value FROM jsonb_to_recordset(${projects}::jsonb) AS t(staff_id uuid, value uuid)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO staff_building (staff_id, building_id)
      SELECT DISTINCT staff_id, value FROM jsonb_to_recordset(${buildings}::jsonb) AS t(staff_id uuid, value uuid)`,
  );
}
