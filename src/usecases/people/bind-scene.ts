import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/*
 * The scene of the QR code on a paper bill. It proves that somebody holds the paper and nothing else, so it names one
 * bill, is signed, ends by itself, and opens nothing without the phone that the park has.
 */

const PREFIX = "b1";
const BODY_BYTES = 16 + 5;
const MAC_BYTES = 16;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Half a year: a bill that lies longer in a drawer is no proof of anything. */
export const SCENE_LIFE_MS = 180 * 86_400_000;

export type OpenedScene =
  | { readonly state: "bill"; readonly billId: string }
  | { readonly state: "expired" | "forged" }
  /** A code of somebody else's making, a sticker on a door for instance. */
  | { readonly state: "foreign" };

/** The key of scenes, derived from a 32-byte key of FIELD_ENCRYPTION_KEY. */
export const deriveSceneKey = (fieldKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync("sha256", fieldKey, "parkledger", "bind-scene", 32));

/** 52 characters of at most 64 (platforms.md 5.2). Throws RangeError for an id that is no UUID. */
export function signBindScene(key: Uint8Array, billId: string, expiresAtMs: number): string {
  if (!UUID.test(billId)) throw new RangeError("a scene names its bill by UUID");
  const body = Buffer.alloc(BODY_BYTES);
  Buffer.from(billId.replaceAll("-", ""), "hex").copy(body);
  body.writeUIntBE(Math.floor(expiresAtMs / 1000), 16, 5);
  return PREFIX + Buffer.concat([body, macOf(key, body)]).toString("base64url");
}

/** Opens a scene signed with any of the keys, the current one first. */
export function openBindScene(keys: readonly Uint8Array[], scene: string, nowMs: number): OpenedScene {
  if (!scene.startsWith(PREFIX)) return { state: "foreign" };
  const text = scene.slice(PREFIX.length);
  const bytes = Buffer.from(text, "base64url");
  // base64url decoding ignores what it does not know, so two texts could open as one scene.
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString("base64url") !== text) return { state: "forged" };
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, body), mac))) return { state: "forged" };
  if (body.readUIntBE(16, 5) * 1000 <= nowMs) return { state: "expired" };
  const hex = body.toString("hex", 0, 16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { state: "bill", billId: parts.join("-") };
}

const macOf = (key: Uint8Array, body: Buffer): Buffer =>
  createHmac("sha256", key).update("scene\n").update(body).digest().subarray(0, MAC_BYTES);

/** The bill of a scene: whose it is, and the one thing that a stranger with the paper may hear, the park's name. */
export interface SceneBill {
  readonly billNo: string;
  readonly tenantId: string;
  readonly parkName: string;
}

export const findSceneBill = (tx: Transaction, billId: string): Promise<SceneBill | undefined> =>
  row<SceneBill>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", b.tenant_id AS "tenantId", p.name AS "parkName"
      FROM bill b JOIN project p ON p.id = b.project_id WHERE b.id = ${billId}::uuid AND b.state IN ('issued', 'published')`,
  );

/** The scene to print on a bill, by its number; undefined when there is no such bill. */
export async function sceneOfBill(
  tx: Transaction,
  billNo: string,
  key: Uint8Array,
  nowMs: number,
): Promise<{ readonly scene: string; readonly expiresAtMs: number } | undefined> {
  const bill = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM bill WHERE bill_no = ${billNo} AND state IN ('issued', 'published')`,
  );
  if (!bill) return undefined;
  const expiresAtMs = nowMs + SCENE_LIFE_MS;
  return { scene: signBindScene(key, bill.id, expiresAtMs), expiresAtMs };
}
