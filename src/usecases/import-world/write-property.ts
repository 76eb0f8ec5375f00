import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { World } from "../../domain/world/world.ts";
import type { CodeBook } from "./code-book.ts";

/** Writes operator, legal entities with their accounts and tax rates, projects, buildings and units (areas apart). */
export async function writeProperty(
  tx: Transaction,
  world: World,
  book: CodeBook,
  encryption: FieldEncryption,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO operator (id, code, name)
      VALUES (${newId()}::uuid, ${world.operator.code}, ${world.operator.name})
      ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name`,
  );
  await writeEntities(tx, world, book, encryption);
  const projects = world.projects.map((project) => ({
    id: book.idOf("project", project.code),
    entity_id: book.idOf("legal_entity", project.entity),
    code: project.code,
    name: project.name,
    region: project.region ?? null,
    mode: project.mode,
    late_fee: project.lateFee,
    allocation_order: project.allocationOrder,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO project (id, entity_id, code, name, region, mode, late_fee, allocation_order)
      SELECT id, entity_id, code, name, region, mode, nullif(late_fee, 'null'::jsonb),
        ARRAY(SELECT jsonb_array_elements_text(allocation_order))
      FROM jsonb_to_recordset(${toRecordset(projects)}::jsonb) AS t(id uuid, entity_id uuid, code text, name text,
        region text, mode text, late_fee jsonb, allocation_order jsonb)
      ON CONFLICT (code) DO UPDATE SET entity_id = EXCLUDED.entity_id, name = EXCLUDED.name, region = EXCLUDED.region,
        mode = EXCLUDED.mode, late_fee = EXCLUDED.late_fee, allocation_order = EXCLUDED.allocation_order`,
  );
  const buildings = world.buildings.map((building) => ({
    id: book.idOf("building", building.code),
    project_id: book.idOf("project", building.project),
    code: building.code,
    name: building.name,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO building (id, project_id, code, name)
      SELECT * FROM jsonb_to_recordset(${toRecordset(buildings)}::jsonb) AS t(id uuid, project_id uuid, code text, name text)
      ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name`,
  );
  const units = world.units.map((unit) => ({
    id: book.idOf("unit", unit.code),
    building_id: book.idOf("building", unit.building),
    code: unit.code,
    floor: unit.floor ?? null,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO unit (id, building_id, code, floor)
      SELECT * FROM jsonb_to_recordset(${toRecordset(units)}::jsonb) AS t(id uuid, building_id uuid, code text, floor text)
      ON CONFLICT (code) DO UPDATE SET floor = EXCLUDED.floor`,
  );
}

async function writeEntities(
  tx: Transaction,
  world: World,
  book: CodeBook,
  encryption: FieldEncryption,
): Promise<void> {
  const entities = world.entities.map((entity) => ({
    id: book.idOf("legal_entity", entity.code),
    code: entity.code,
    name: entity.name,
    tax_no: entity.taxNo ?? null,
    taxpayer: entity.taxpayer,
    defer_advance: entity.deferAdvance,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO legal_entity (id, code, name, tax_no, taxpayer, defer_advance)
      SELECT * FROM jsonb_to_recordset(${toRecordset(entities)}::jsonb) AS t(id uuid, code text, name text, tax_no text,
        taxpayer text, defer_advance boolean)
      ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, tax_no = EXCLUDED.tax_no, taxpayer = EXCLUDED.taxpayer,
        defer_advance = EXCLUDED.defer_advance`,
  );
  const rates = world.entities.flatMap((entity) =>
    Object.entries(entity.taxRates).map(([kind, rate]) => ({
      id: newId(),
      entity_id: book.idOf("legal_entity", entity.code),
      kind,
      valid_from: "0001-01-01", // "taxRates hold from the beginning" (interfaces.md section 2)
      rate,
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO tax_rate (id, entity_id, kind, valid_from, rate)
      SELECT * FROM jsonb_to_recordset(${toRecordset(rates)}::jsonb) AS t(id uuid, entity_id uuid, kind text,
        valid_from date, rate numeric)
      ON CONFLICT (entity_id, kind, valid_from) DO NOTHING`,
  );
  const merchants = world.entities.flatMap((entity) =>
    entity.merchantAccounts.map((account) => ({
      id: book.idOf("merchant_account", account.code),
      entity_id: book.idOf("legal_entity", entity.code),
      code: account.code,
      channel: account.channel,
      mch_id: account.mchId,
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO merchant_account (id, entity_id, code, channel, mch_id)
      SELECT * FROM jsonb_to_recordset(${toRecordset(merchants)}::jsonb) AS t(id uuid, entity_id uuid, code text,
        channel text, mch_id text)
      ON CONFLICT (code) DO NOTHING`,
  );
  const bankAccounts = world.entities.flatMap((entity) =>
    entity.bankAccounts.map((account) => {
      const number = encryption.encrypt(account.accountNo);
      return {
        id: book.idOf("bank_account", account.code),
        entity_id: book.idOf("legal_entity", entity.code),
        code: account.code,
        bank: account.bank,
        cipher: number.cipher.toString("hex"),
        key_id: number.keyId,
        hash: number.hash.toString("hex"),
        opening_date: account.opening?.date ?? null,
        opening_balance_fen: account.opening?.balanceFen ?? null,
      };
    }),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO bank_account (id, entity_id, code, bank, account_no_cipher, account_no_key_id, account_no_hash,
        opening_date, opening_balance_fen)
      SELECT id, entity_id, code, bank, decode(cipher, 'hex'), key_id, decode(hash, 'hex'), opening_date,
        opening_balance_fen
      FROM jsonb_to_recordset(${toRecordset(bankAccounts)}::jsonb) AS t(id uuid, entity_id uuid, code text, bank text,
        cipher text, key_id text, hash text, opening_date date, opening_balance_fen bigint)
      ON CONFLICT (code) DO NOTHING`,
  );
}

/** Writes tariffs with their price rows, meters with their places, and pools with their given costs. */
export async function writeMeasurement(tx: Transaction, world: World, book: CodeBook, today: string): Promise<void> {
  const tariffs = world.tariffs.map((tariff) => ({
    id: book.idOf("tariff", tariff.code),
    code: tariff.code,
    kind: tariff.kind,
    basis: tariff.basis,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO tariff (id, code, kind, basis)
      SELECT * FROM jsonb_to_recordset(${toRecordset(tariffs)}::jsonb) AS t(id uuid, code text, kind text, basis text)
      ON CONFLICT (code) DO NOTHING`,
  );
  const prices = world.tariffs.flatMap((tariff) =>
    tariff.prices.map((price) => ({
      id: newId(),
      tariff_id: book.idOf("tariff", tariff.code),
      valid_from: price.from,
      price,
    })),
  );
  // A row that is not in force yet may still be changed; differences.ts has refused the others.
  await execute(
    tx,
    Prisma.sql`INSERT INTO tariff_price (id, tariff_id, valid_from, price)
      SELECT * FROM jsonb_to_recordset(${toRecordset(prices)}::jsonb) AS t(id uuid, tariff_id uuid, valid_from date,
        price jsonb)
      ON CONFLICT (tariff_id, valid_from) DO UPDATE SET price = EXCLUDED.price
        WHERE tariff_price.valid_from > ${today}::date`,
  );
  const meters = world.meters.map((meter) => ({
    id: book.idOf("meter", meter.code),
    code: meter.code,
    utility: meter.utility,
    building_id: meter.building === undefined ? null : book.idOf("building", meter.building),
    registers: meter.registers,
    multiplier: meter.multiplier,
    digits: meter.digits,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO meter (id, code, utility, building_id, registers, multiplier, digits)
      SELECT id, code, utility, building_id, ARRAY(SELECT jsonb_array_elements_text(registers)), multiplier, digits
      FROM jsonb_to_recordset(${toRecordset(meters)}::jsonb) AS t(id uuid, code text, utility text, building_id uuid,
        registers jsonb, multiplier numeric, digits integer)
      ON CONFLICT (code) DO NOTHING`,
  );
  const places = world.meters.flatMap((meter) =>
    meter.unit === undefined || book.isKnown("meter", meter.code)
      ? []
      : [{ id: newId(), meter_id: book.idOf("meter", meter.code), unit_id: book.idOf("unit", meter.unit) }],
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO meter_assignment (id, meter_id, unit_id, held)
      SELECT id, meter_id, unit_id, daterange(NULL, NULL)
      FROM jsonb_to_recordset(${toRecordset(places)}::jsonb) AS t(id uuid, meter_id uuid, unit_id uuid)`,
  );
  const pools = world.pools.map((pool) => ({
    id: book.idOf("pool", pool.code),
    code: pool.code,
    terms: JSON.parse(canonicalJson({ ...pool, costs: undefined })) as object,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO pool (id, code, terms)
      SELECT * FROM jsonb_to_recordset(${toRecordset(pools)}::jsonb) AS t(id uuid, code text, terms jsonb)
      ON CONFLICT (code) DO UPDATE SET terms = EXCLUDED.terms`,
  );
  const costs = world.pools.flatMap((pool) =>
    Object.entries(pool.costs).map(([month, costFen]) => ({
      id: newId(),
      pool_id: book.idOf("pool", pool.code),
      month,
      cost_fen: costFen,
    })),
  );
  // The first cost given for a month is kept; another one is a new revision (money-rules 5: versioned document).
  await execute(
    tx,
    Prisma.sql`INSERT INTO pool_cost (id, pool_id, month, revision, cost_fen)
      SELECT t.id, t.pool_id, t.month, coalesce(last.revision + 1, 0), t.cost_fen
      FROM jsonb_to_recordset(${toRecordset(costs)}::jsonb) AS t(id uuid, pool_id uuid, month text, cost_fen bigint)
      LEFT JOIN LATERAL (SELECT c.revision, c.cost_fen FROM pool_cost c WHERE c.pool_id = t.pool_id AND c.month = t.month
        ORDER BY c.revision DESC LIMIT 1) last ON true
      WHERE last.cost_fen IS DISTINCT FROM t.cost_fen`,
  );
}
