import type Router from "@koa/router";
import type { DingtalkConfig } from "../config/env.ts";
import type { Database } from "../db/client.ts";
import { inTransaction } from "../db/transaction.ts";
import { dingtalkCallbacks } from "../http/callbacks/dingtalk.ts";
import type { OpenRequest } from "../http/callbacks/open-request.ts";
import { dingtalkSignIn, type SignIn } from "../http/h5/sign-in.ts";
import { createDingtalkMedia } from "../platforms/dingtalk/media.ts";
import { createDingtalkMessenger } from "../platforms/dingtalk/send.ts";
import { createAccessTokens } from "../platforms/dingtalk/token.ts";
import type { MediaSource } from "../ports/media-source.ts";
import type { Messenger } from "../ports/messenger.ts";
import type { SharedState } from "../ports/shared-state.ts";
import { recordSeenGroup } from "../usecases/staff-groups/seen-groups.ts";

/** The way out to DingTalk, and who holds the phone there. */
export interface DingtalkChannel {
  readonly media: MediaSource;
  readonly messenger: Messenger;
  readonly signIn: SignIn;
}

/** Cards need a template and a signature on their clicks; without both they go as words. */
export function createDingtalkChannel(
  config: DingtalkConfig,
  publicUrl: string,
  sharedState: SharedState,
): DingtalkChannel {
  const { clientId, robotCode, apiBase, oapiBase, oauthBase, cardTemplateId, apiSecret } = config;
  const connection = { clientId, clientSecret: config.clientSecret.reveal(), robotCode, apiBase, oapiBase };
  const tokens = createAccessTokens(connection, sharedState);
  const cards =
    cardTemplateId === undefined || apiSecret === undefined
      ? undefined
      : {
          templateId: cardTemplateId,
          apiSecret: apiSecret.reveal(),
          callbackUrl: `${publicUrl.replace(/\/+$/, "")}/callbacks/dingtalk/card`,
        };
  return {
    media: createDingtalkMedia(connection, tokens),
    messenger: createDingtalkMessenger({ ...connection, cards }, tokens, sharedState),
    signIn: dingtalkSignIn({ ...connection, oauthBase, tokens }),
  };
}

/** The three ways in. */
export const dingtalkRouter = (config: DingtalkConfig, db: Database, request: OpenRequest): Router =>
  dingtalkCallbacks({
    app: { clientId: config.clientId, robotCode: config.robotCode },
    clientSecret: config.clientSecret.reveal(),
    apiSecret: config.apiSecret?.reveal(),
    events:
      config.token && config.aesKey ? { token: config.token.reveal(), aesKey: config.aesKey.reveal() } : undefined,
    recordGroup: (group) => inTransaction(db, (tx) => recordSeenGroup(tx, { appId: config.clientId, ...group })),
    ...request,
  });
