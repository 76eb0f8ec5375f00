import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** How an entity invoices. */
export interface InvoiceSetting {
  /** Undefined: no limit. */
  readonly monthlyLimitFen: Fen | undefined;
  /** A 专票 needs the buyer's address, phone and bank. */
  readonly specialNeedsBank: boolean;
  /** Money that was invoiced leaves only after its red letter. */
  readonly refundWaitsForRedLetter: boolean;
  /** Who makes its invoices: "manual", or a provider of src/compose/invoice-orders.ts. Holds for applications from then on. */
  readonly provider: string;
  /** 开票员 and 分机号 at the provider; undefined: its default. */
  readonly drawer: string | undefined;
  readonly extensionNumber: string | undefined;
}

/** What the immovable-lease element of a building says (reference/domain.md 4.1). */
export interface BuildingCertificate {
  /** Province, city, district. */
  readonly region: string;
  readonly address: string;
  readonly certificateNo: string;
  readonly crossCity: boolean;
}

type SettingContext = Actor & { readonly today: CivilDate };

const DEFAULTS: InvoiceSetting = {
  monthlyLimitFen: undefined,
  specialNeedsBank: false,
  refundWaitsForRedLetter: true,
  provider: "manual",
  drawer: undefined,
  extensionNumber: undefined,
};

/** The setting of an entity, by its code; without `changes` only looked at. A key left out stays as it was. */
export async function setInvoiceSetting(
  tx: Transaction,
  entityCode: string,
  changes: { readonly [Key in keyof InvoiceSetting]?: InvoiceSetting[Key] | undefined } | undefined,
  context: SettingContext,
): Promise<{ readonly ok: true; readonly setting: InvoiceSetting } | Refusal> {
  const entity = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM legal_entity WHERE code = ${entityCode} FOR UPDATE`,
  );
  if (!entity) return refuse("ENTITY_UNKNOWN", `没有法人主体 ${entityCode}。`, "Unknown legal entity.");
  const stored = await row<{
    limit: Fen | null;
    bank: boolean;
    waits: boolean;
    provider: string;
    drawer: string | null;
    extension: string | null;
  }>(
    tx,
    Prisma.sql`SELECT monthly_limit_fen AS "limit", special_needs_bank AS bank, refund_waits_for_red_letter AS waits, provider, drawer,
        extension_number AS extension
      FROM invoice_setting WHERE entity_id = ${entity.id}::uuid`,
  );
  const before: InvoiceSetting = stored
    ? {
        monthlyLimitFen: stored.limit ?? undefined,
        specialNeedsBank: stored.bank,
        refundWaitsForRedLetter: stored.waits,
        provider: stored.provider,
        drawer: stored.drawer ?? undefined,
        extensionNumber: stored.extension ?? undefined,
      }
    : DEFAULTS;
  if (!changes) return { ok: true, setting: before };
  const setting: InvoiceSetting = {
    monthlyLimitFen: "monthlyLimitFen" in changes ? changes.monthlyLimitFen : before.monthlyLimitFen,
    specialNeedsBank: changes.specialNeedsBank ?? before.specialNeedsBank,
    refundWaitsForRedLetter: changes.refundWaitsForRedLetter ?? before.refundWaitsForRedLetter,
    provider: changes.provider ?? before.provider,
    drawer: "drawer" in changes ? changes.drawer : before.drawer,
    extensionNumber: "extensionNumber" in changes ? changes.extensionNumber : before.extensionNumber,
  };
  if (setting.provider !== "manual" && !(await hasTaxNumber(tx, entity.id))) {
    return refuse(
      "TAX_NO_MISSING",
      `主体 ${entityCode} 没有税号，不能自动开票，请先补上。`,
      "The entity has no tax number.",
    );
  }
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice_setting (entity_id, monthly_limit_fen, special_needs_bank, refund_waits_for_red_letter, provider, drawer,
        extension_number, changed_by)
      VALUES (${entity.id}::uuid, ${setting.monthlyLimitFen ?? null}, ${setting.specialNeedsBank}, ${setting.refundWaitsForRedLetter},
        ${setting.provider}, ${setting.drawer ?? null}, ${setting.extensionNumber ?? null}, ${context.actor})
      ON CONFLICT (entity_id) DO UPDATE SET monthly_limit_fen = EXCLUDED.monthly_limit_fen, special_needs_bank = EXCLUDED.special_needs_bank,
        refund_waits_for_red_letter = EXCLUDED.refund_waits_for_red_letter, provider = EXCLUDED.provider, drawer = EXCLUDED.drawer,
        extension_number = EXCLUDED.extension_number, changed_by = EXCLUDED.changed_by, changed_at = now()`,
  );
  await audit(tx, context, "invoice-setting.changed", "legal-entity", entity.id, plain(before), plain(setting));
  return { ok: true, setting };
}

const hasTaxNumber = async (tx: Transaction, entityId: string): Promise<boolean> =>
  (
    await row<{ known: boolean }>(
      tx,
      Prisma.sql`SELECT coalesce(tax_no, '') <> '' AS known FROM legal_entity WHERE id = ${entityId}::uuid`,
    )
  )?.known ?? false;

const plain = ({ monthlyLimitFen, ...setting }: InvoiceSetting): object => ({
  ...setting,
  monthlyLimitFen: monthlyLimitFen === undefined ? null : toJsonInteger(monthlyLimitFen),
});

/** The certificate of a building of a project, by their codes; without `certificate` only looked at. */
export async function setBuildingCertificate(
  tx: Transaction,
  place: { readonly project: string; readonly building: string },
  certificate: BuildingCertificate | undefined,
  context: SettingContext,
): Promise<{ readonly ok: true; readonly certificate: BuildingCertificate | undefined } | Refusal> {
  const building = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT b.id FROM building b JOIN project p ON p.id = b.project_id
      WHERE p.code = ${place.project} AND b.code = ${place.building} FOR UPDATE OF b`,
  );
  if (!building) {
    return refuse("BUILDING_UNKNOWN", `项目 ${place.project} 没有楼栋 ${place.building}。`, "Unknown building.");
  }
  const before = await row<BuildingCertificate>(
    tx,
    Prisma.sql`SELECT region, address, certificate_no AS "certificateNo", cross_city AS "crossCity"
      FROM building_certificate WHERE building_id = ${building.id}::uuid`,
  );
  if (!certificate) return { ok: true, certificate: before };
  const missing = [certificate.region, certificate.address, certificate.certificateNo].some((text) => text === "");
  if (missing) {
    return refuse(
      "CERTIFICATE_INCOMPLETE",
      "省市区、详细地址和产权证号都要填。",
      "Region, address and number are needed.",
    );
  }
  await execute(
    tx,
    Prisma.sql`INSERT INTO building_certificate (building_id, region, address, certificate_no, cross_city)
      VALUES (${building.id}::uuid, ${certificate.region}, ${certificate.address}, ${certificate.certificateNo}, ${certificate.crossCity})
      ON CONFLICT (building_id) DO UPDATE SET region = EXCLUDED.region, address = EXCLUDED.address,
        certificate_no = EXCLUDED.certificate_no, cross_city = EXCLUDED.cross_city`,
  );
  await audit(tx, context, "building-certificate.changed", "building", building.id, before, certificate);
  return { ok: true, certificate };
}

const audit = (
  tx: Transaction,
  context: SettingContext,
  action: string,
  subjectKind: string,
  subjectId: string,
  before: object | undefined,
  after: object,
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind,
      subjectId,
      before,
      after,
    },
  ]);
