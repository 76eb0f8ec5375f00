import { Prisma } from "../../../generated/prisma/client.ts";

/**
 * Fen of a trade row's fee that are in no book yet, as SQL over a `statement_line` of that alias: what the channel says
 * that it took, less what is booked for the row or under its number, whichever bill said it first; counter-entries count.
 */
export const channelFeeLeft = (line: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`CASE WHEN ${line}.source = 'wechat-trade' AND coalesce(${line}.status, 'SUCCESS') <> 'REVOKED'
    THEN coalesce(${line}.fee_fen, 0) - (SELECT coalesce(sum(v.amount_fen + coalesce(back.amount_fen, 0)), 0)::bigint
      FROM channel_movement v LEFT JOIN channel_movement back ON back.reverses_id = v.id
      WHERE v.kind = 'channel-fee' AND v.reverses_id IS NULL AND (v.subject_key = 'fee|' || ${line}.account_code || '|'
          || coalesce(CASE WHEN ${line}.kind = 'refund' THEN ${line}.channel_refund_no END, ${line}.channel_no, ${line}.id::text)
        OR v.account_code = ${line}.account_code AND v.value_date = ${line}.value_date AND v.statement_line_id = ${line}.id))
    ELSE 0 END`;
