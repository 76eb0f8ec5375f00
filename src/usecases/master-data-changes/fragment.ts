import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { loadKnownWorld } from "../../db/known-world.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { readWorld } from "../../domain/world/read-world.ts";
import type { World } from "../../domain/world/world.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { type ImportContext, writeWorld } from "../import-world/import-world.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** The one list of a world file that a change of this type may bring (interfaces.md section 2). */
const PART_OF = { tariff: "tariffs", lease: "leases", policy: "policies" } as const;
export type FragmentType = keyof typeof PART_OF;

/** A part of a world file, read with what is stored: every check of an import holds for it. */
export async function readFragment(
  tx: Transaction,
  type: FragmentType,
  fragment: unknown,
  context: ApprovalContext,
): Promise<{ readonly ok: true; readonly world: World; readonly part: unknown } | Refusal> {
  const key = PART_OF[type];
  const part = isRecord(fragment) ? fragment[key] : undefined;
  if (!isRecord(fragment) || part === undefined || Object.keys(fragment).length !== 1) {
    return invalid(`文件应是一个 JSON 对象，只含 "${key}"，写法与导入文件相同`);
  }
  const operator = await row<{ code: string }>(tx, Prisma.sql`SELECT code FROM operator LIMIT 1`);
  const document = {
    format: "parkledger/1",
    operator: { code: operator?.code },
    entities: [],
    projects: [],
    [key]: part,
  };
  const read = readWorld(document, { today: context.today, known: await loadKnownWorld(tx) });
  if (read.ok) return { ok: true, world: read.world, part };
  return invalid(read.errors.map(({ path, message }) => `${path} ${message}`).join("；"));
}

/**
 * Writes a fragment as an import would, in the transaction of the approval. What an import refuses it refuses before it writes,
 * but for a second opening position, which no fragment has.
 */
export async function writeFragment(
  tx: Transaction,
  world: World,
  context: ApprovalContext,
): Promise<{ readonly ok: true } | Refusal> {
  const importing: ImportContext = {
    actor: context.actor,
    channel: context.channel,
    today: context.today,
    encryption: NOTHING_TO_ENCRYPT,
    apps: {},
    dryRun: false,
    policySource: "approval",
  };
  const written = await writeWorld(tx, world, importing);
  return written.ok ? { ok: true } : invalid(written.errors.map(({ message }) => message).join("；"));
}

const invalid = (why: string): Refusal => refuse("CHANGE_INVALID", `这项变更不能登记：${why}`, why);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function nothing(): never {
  throw new Error("a change of tariffs, leases or policies holds nothing to encrypt");
}
const NOTHING_TO_ENCRYPT: FieldEncryption = new Proxy({} as FieldEncryption, { get: () => nothing });
