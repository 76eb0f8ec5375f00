import { Prisma } from "../../../generated/prisma/client.ts";
import { amendmentJson, baseTermsJson } from "../../db/lease-terms.ts";
import { rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { buildLeaseTimeline } from "../../domain/charging/lease-timeline.ts";
import { DEFAULT_TAX_RATES } from "../../domain/tax/tax-rate.ts";
import { type CivilDate, fromDayNumber } from "../../domain/time/civil-date.ts";
import type { Reading, TariffPrice } from "../../domain/world/property.ts";
import type { World } from "../../domain/world/world.ts";
import type { ImportProblem } from "./problem.ts";
import type { LeaseChange } from "./write-leases.ts";
import { readingFingerprint } from "./write-readings.ts";

/** What an import would change against the database, and why parts of it are refused. */
export interface Differences {
  readonly leases: readonly LeaseChange[];
  readonly readings: readonly Reading[];
  /** Price rows that are new, by tariff code. */
  readonly prices: readonly { readonly tariff: string; readonly from: CivilDate }[];
  readonly problems: readonly ImportProblem[];
}

/**
 * Compares a valid world with the database under the rule of interfaces.md section 2: nothing in force before today
 * changes silently; terms change by amendments, readings by `corrects`, prices by a new row.
 */
export async function findDifferences(
  tx: Transaction,
  world: World,
  stored: ReadonlyMap<string, StoredLease>,
  today: CivilDate,
): Promise<Differences> {
  const problems: ImportProblem[] = [];
  await compareOperator(tx, world, problems);
  await compareTaxRates(tx, world, problems);
  await compareMeters(tx, world, problems);
  return {
    leases: compareLeases(world, stored, today, problems),
    prices: await comparePrices(tx, world, today, problems),
    readings: await compareReadings(tx, world, problems),
    problems: [...problems, ...(await findTakenUnits(tx, world, stored))],
  };
}

async function compareOperator(tx: Transaction, world: World, problems: ImportProblem[]): Promise<void> {
  const [other] = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT code FROM operator WHERE code <> ${world.operator.code} LIMIT 1`,
  );
  if (!other) return;
  problems.push({
    path: "$.operator.code",
    code: "OPERATOR_MISMATCH",
    message: `此数据库属于运营方 ${other.code}，不能导入 ${world.operator.code} 的数据；请连接正确的数据库`,
  });
}

async function compareTaxRates(tx: Transaction, world: World, problems: ImportProblem[]): Promise<void> {
  const stored = new Map(
    (
      await rows<{ key: string; rate: string }>(
        tx,
        Prisma.sql`SELECT e.code || '|' || r.kind AS key, trim_scale(r.rate)::text AS rate FROM tax_rate r
          JOIN legal_entity e ON e.id = r.entity_id WHERE r.valid_from = '0001-01-01'`,
      )
    ).map((rate) => [rate.key, rate.rate]),
  );
  // What an entity has billed without naming a rate was taxed by the default: that one is in force as well.
  const onDefaults = new Set(
    (
      await rows<{ code: string }>(
        tx,
        Prisma.sql`SELECT e.code FROM legal_entity e WHERE e.taxpayer = 'general'
          AND EXISTS (SELECT 1 FROM bill b WHERE b.entity_id = e.id AND b.origin <> 'opening')`,
      )
    ).map((entity) => entity.code),
  );
  const defaults: Readonly<Record<string, string>> = DEFAULT_TAX_RATES;
  world.entities.forEach((entity, index) => {
    for (const [kind, rate] of Object.entries(entity.taxRates)) {
      const unnamed = onDefaults.has(entity.code) ? defaults[kind] : undefined;
      const before = stored.get(`${entity.code}|${kind}`) ?? unnamed;
      if (before === undefined || Number(before) === Number(rate)) continue;
      problems.push({
        path: `$.entities[${index}].taxRates.${kind}`,
        code: "TAX_RATE_IN_FORCE",
        message: `${entity.code} 的 ${kind} 税率已按 ${before} 生效，不能通过导入改为 ${rate}；税率变更请走审批`,
      });
    }
  });
}

async function compareMeters(tx: Transaction, world: World, problems: ImportProblem[]): Promise<void> {
  const stored = new Map(
    (
      await rows<{ code: string; facts: string; place: string | null }>(
        tx,
        Prisma.sql`SELECT m.code, m.utility || ' ' || array_to_string(m.registers, ',') || ' ×' || trim_scale(m.multiplier)
            || ' ' || m.digits || '位' AS facts, coalesce(u.code, b.code) AS place
          FROM meter m LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held)
            LEFT JOIN unit u ON u.id = a.unit_id LEFT JOIN building b ON b.id = m.building_id`,
      )
    ).map((meter) => [meter.code, meter]),
  );
  world.meters.forEach((meter, index) => {
    const before = stored.get(meter.code);
    const multiplier = meter.multiplier.includes(".") ? meter.multiplier.replace(/\.?0+$/, "") : meter.multiplier;
    const now = `${meter.utility} ${meter.registers.join(",")} ×${multiplier} ${meter.digits}位`;
    if (before === undefined) return;
    if (before.facts !== now) {
      problems.push({
        path: `$.meters[${index}]`,
        code: "METER_CHANGED",
        message: `电/水表 ${meter.code} 已登记为「${before.facts}」，不能改为「${now}」；换表请用 replacement 读数`,
      });
    }
    const place = meter.unit ?? meter.building;
    // Where it stood decides shares of months that are billed: moving it would change them silently.
    if (before.place === null || place === undefined || place === before.place) return;
    problems.push({
      path: `$.meters[${index}].${meter.unit === undefined ? "building" : "unit"}`,
      code: "METER_MOVED",
      message:
        `电/水表 ${meter.code} 已登记装在 ${before.place}，不能直接改到 ${place}；移装请用新的表号登记在 ${place}，` +
        "再用 amendments 让合同从移装日起改用新表号",
    });
  });
}

function compareLeases(
  world: World,
  stored: ReadonlyMap<string, StoredLease>,
  today: CivilDate,
  problems: ImportProblem[],
): LeaseChange[] {
  return world.leases.flatMap((lease, index): LeaseChange[] => {
    const before = stored.get(lease.code);
    if (!before) return [{ code: lease.code, merged: lease, newAmendments: lease.amendments, writeBase: true }];
    const path = `$.leases[${index}]`;
    const baseChanged = baseTermsJson(before.terms) !== baseTermsJson(lease);
    if (baseChanged && before.terms.start <= today) {
      problems.push({
        path,
        code: "LEASE_IN_FORCE",
        message: `合同 ${lease.code} 已生效，条款不能直接修改；请用 amendments 写明生效日期和原因`,
      });
      return [];
    }
    const known = new Set(before.terms.amendments.map(amendmentJson));
    const newAmendments = lease.amendments.filter((amendment) => !known.has(amendmentJson(amendment)));
    // One that stands in the file beside a registered one of that day and reason is one more, not the same one changed.
    const inFile = new Set(lease.amendments.map(amendmentJson));
    const missing = before.terms.amendments.filter((amendment) => !inFile.has(amendmentJson(amendment)));
    const replaced = newAmendments.find((amendment) =>
      missing.some((old) => old.effective === amendment.effective && old.reason === amendment.reason),
    );
    if (replaced) {
      problems.push({
        path: `${path}.amendments[${lease.amendments.indexOf(replaced)}]`,
        code: "AMENDMENT_CHANGED",
        message: `合同 ${lease.code} 于 ${replaced.effective} 生效的变更（${replaced.reason}）已登记，不能修改；请再加一条变更`,
      });
      return [];
    }
    if (!baseChanged && newAmendments.length === 0) return [];
    const amendments = [...before.terms.amendments, ...newAmendments].sort((a, b) =>
      a.effective < b.effective ? -1 : a.effective > b.effective ? 1 : 0,
    );
    const base = baseChanged ? lease : before.terms;
    return [{ code: lease.code, merged: { ...base, amendments }, newAmendments, writeBase: baseChanged }];
  });
}

async function comparePrices(
  tx: Transaction,
  world: World,
  today: CivilDate,
  problems: ImportProblem[],
): Promise<Differences["prices"]> {
  const stored = new Map(
    (
      await rows<{ key: string; price: TariffPrice }>(
        tx,
        Prisma.sql`SELECT t.code || '|' || p.valid_from AS key, p.price FROM tariff_price p JOIN tariff t ON t.id = p.tariff_id`,
      )
    ).map((row) => [row.key, canonicalJson(row.price)]),
  );
  return world.tariffs.flatMap((tariff, index) =>
    tariff.prices.flatMap((price, row) => {
      const before = stored.get(`${tariff.code}|${price.from}`);
      if (before === canonicalJson(price)) return [];
      if (before !== undefined && price.from <= today) {
        problems.push({
          path: `$.tariffs[${index}].prices[${row}]`,
          code: "PRICE_IN_FORCE",
          message: `${tariff.code} 自 ${price.from} 起的价格已生效，不能直接修改；请新增一行价格`,
        });
        return [];
      }
      return [{ tariff: tariff.code, from: price.from }];
    }),
  );
}

/** New readings, numbered after those that stand: the same value again is no news. */
async function compareReadings(tx: Transaction, world: World, problems: ImportProblem[]): Promise<Reading[]> {
  const stored = new Map<string, { fingerprints: Set<string>; last: number }>();
  for (const row of await rows<{ key: string; revision: number; value: Reading }>(
    tx,
    Prisma.sql`SELECT m.code || '|' || r.stands_on AS key, r.revision, r.value FROM reading r JOIN meter m ON m.id = r.meter_id`,
  )) {
    const entry = stored.get(row.key) ?? { fingerprints: new Set(), last: -1 };
    entry.fingerprints.add(readingFingerprint(row.value));
    entry.last = Math.max(entry.last, row.revision);
    stored.set(row.key, entry);
  }
  return world.readings.flatMap((reading, index) => {
    const key = `${reading.meter}|${reading.standsOn}`;
    const entry = stored.get(key);
    if (entry?.fingerprints.has(readingFingerprint(reading))) return [];
    if (entry && reading.corrects === undefined) {
      problems.push({
        path: `$.readings[${index}]`,
        code: "READING_EXISTS",
        message: `表 ${reading.meter} 在 ${reading.standsOn} 已有不同的读数；如需更正请加 corrects 写明原因`,
      });
      return [];
    }
    const revision = (entry?.last ?? -1) + 1;
    stored.set(key, {
      fingerprints: (entry?.fingerprints ?? new Set()).add(readingFingerprint(reading)),
      last: revision,
    });
    return [{ ...reading, revision }];
  });
}

/** Units that a lease of the database, not named in the file, holds on the same days. */
async function findTakenUnits(
  tx: Transaction,
  world: World,
  stored: ReadonlyMap<string, StoredLease>,
): Promise<ImportProblem[]> {
  const inFile = new Set(world.leases.map((lease) => lease.code));
  if ([...stored.keys()].every((code) => inFile.has(code))) return [];
  const held = new Map<string, { lease: string; from: string; to: string }[]>();
  for (const row of await rows<{ unit: string; lease: string; first: string; last: string }>(
    tx,
    Prisma.sql`SELECT u.code AS unit, l.code AS lease, lower(h.held)::text AS first, (upper(h.held) - 1)::text AS last
      FROM lease_unit h JOIN unit u ON u.id = h.unit_id JOIN lease l ON l.id = h.lease_id`,
  )) {
    if (inFile.has(row.lease)) continue;
    held.set(row.unit, [...(held.get(row.unit) ?? []), { lease: row.lease, from: row.first, to: row.last }]);
  }
  return world.leases.flatMap((lease, index) =>
    buildLeaseTimeline(lease).holdings.flatMap((holding) =>
      (held.get(holding.unit) ?? [])
        .filter((other) => other.from <= fromDayNumber(holding.to) && fromDayNumber(holding.from) <= other.to)
        .map((other) => ({
          path: `$.leases[${index}].units`,
          code: "UNIT_TAKEN",
          message: `单元 ${holding.unit} 在 ${other.from} 至 ${other.to} 已由合同 ${other.lease} 占用，请先结束或调整该合同`,
        })),
    ),
  );
}
