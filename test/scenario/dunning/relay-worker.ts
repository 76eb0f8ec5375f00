import { markResent } from "../../../cards/resent.ts";
import { connectDatabase } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { createOfficialAccountMessenger } from "../../../src/platforms/official-account/send.ts";
import { createAccessTokens } from "../../../src/platforms/official-account/token.ts";
import { createAliyunSmsSender } from "../../../src/sms/aliyun/send.ts";
import { stillHolds } from "../../../src/usecases/dunning/recheck-message.ts";
import { relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import { movableClock } from "../../support/clock.ts";
import { DUNNING_APP, DUNNING_SECRET, DUNNING_SMS, DUNNING_TEMPLATE, EVENING } from "./evening.ts";

/* A relay in a process of its own, to be killed: says "ready", relays until nothing is due, says "done". */

const { DATABASE_URL = "", OA_API_BASE = "", SMS_API_BASE = "" } = process.env;
const db = connectDatabase(DATABASE_URL, { maxConnections: 4 });
const clock = movableClock(EVENING);
const connection = { appId: DUNNING_APP, apiBase: OA_API_BASE };
const tokens = createAccessTokens({ ...connection, appSecret: DUNNING_SECRET }, inMemorySharedState());
const messenger = createOfficialAccountMessenger({ ...connection, templates: { dunning: DUNNING_TEMPLATE } }, tokens);
const { template, ...account } = DUNNING_SMS;
const sms = createAliyunSmsSender(
  {
    ...account,
    templateCodes: { "bind-code": "SMS_1", "bill-notice": "SMS_2", dunning: template },
    apiBase: SMS_API_BASE,
  },
  { nowMs: Date.now },
);

await db.$queryRaw`SELECT 1 AS alive`;
console.log("ready");
for (;;) {
  const sent = await relayMessages(db, {
    messengers: new Map([[`official-account|${DUNNING_APP}`, messenger]]),
    sms,
    encryption: createFieldEncryption([Buffer.alloc(32, 9)]),
    outbound: { mode: "live", allowlist: new Set() },
    worker: `${process.pid}`,
    wireNowMs: () => Date.now() + 60_000,
    businessNowMs: clock.nowMs,
    markResent,
    stillHolds: (message) => stillHolds(db, message, clock),
  });
  if (sent === 0) break;
}
console.log("done");
await db.$disconnect();
