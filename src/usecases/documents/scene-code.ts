import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** Keeps what WeChat's QR code for a bill says; its papers carry the code until the day it ends. */
export const keepSceneCode = (
  tx: Transaction,
  billNo: string,
  content: string,
  expiresOn: CivilDate,
): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO bill_scene_code (bill_id, content, expires_on)
      SELECT id, ${content}, ${expiresOn}::date FROM bill WHERE bill_no = ${billNo}
      ON CONFLICT (bill_id) DO UPDATE SET content = EXCLUDED.content, expires_on = EXCLUDED.expires_on`,
  );
