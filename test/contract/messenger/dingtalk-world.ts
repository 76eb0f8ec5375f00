import { type Dingtalk, startDingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import { parkTemplate } from "../../../playground/dingtalk/template.ts";
import type { CardPlatform } from "../../../src/platforms/dingtalk/cards.ts";
import { createDingtalkMessenger } from "../../../src/platforms/dingtalk/send.ts";
import { createAccessTokens } from "../../../src/platforms/dingtalk/token.ts";
import type { Messenger } from "../../../src/ports/messenger.ts";
import type { SharedState } from "../../../src/ports/shared-state.ts";

export const CLIENT_ID = "dingcontractclient01";
export const CLIENT_SECRET = "contract-client-secret";
export const API_SECRET = "contract-card-secret";
export const ROBOT_CODE = "dingcontractrobot";
export const TEMPLATE_ID = "c0ntract-0000-4000-8000-000000000001.schema";
export const EVENT_KEYS = { token: "contractToken", aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR" };

/** A pretend DingTalk with the park's template and the keys above. */
export const startPretendDingtalk = (): Promise<Dingtalk> =>
  startDingtalk(
    {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      robotCode: ROBOT_CODE,
      ...EVENT_KEYS,
      templates: [parkTemplate(TEMPLATE_ID), parkTemplate("draft.schema", false)],
    },
    { nowMs: Date.now, wireNowMs: Date.now },
  );

/** Our messenger towards it. */
export function messengerTo(
  dingtalk: Dingtalk,
  sharedState: SharedState,
  change: {
    readonly cards?: Partial<CardPlatform> | "off";
    readonly fetch?: typeof globalThis.fetch;
    readonly timeoutMs?: number;
  } = {},
): Messenger {
  const connection = {
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    robotCode: ROBOT_CODE,
    apiBase: dingtalk.url,
    oapiBase: dingtalk.url,
    ...(change.fetch === undefined ? {} : { fetch: change.fetch }),
    timeoutMs: change.timeoutMs ?? 2_000,
  };
  const cards: CardPlatform = {
    templateId: TEMPLATE_ID,
    apiSecret: API_SECRET,
    callbackUrl: "http://127.0.0.1:1/callbacks/dingtalk/card",
    ...(change.cards === "off" ? {} : change.cards),
  };
  return createDingtalkMessenger(
    { ...connection, cards: change.cards === "off" ? undefined : cards },
    createAccessTokens(connection, sharedState),
    sharedState,
  );
}
