import type { WecomConfig } from "../config/env.ts";
import { type SignIn, wecomSignIn } from "../http/h5/sign-in.ts";
import { createWecomMedia } from "../platforms/wecom/media.ts";
import { createWecomMessenger } from "../platforms/wecom/send.ts";
import { createAccessTokens } from "../platforms/wecom/token.ts";
import type { WecomKeys } from "../platforms/wecom/verify.ts";
import type { MediaSource } from "../ports/media-source.ts";
import type { Messenger } from "../ports/messenger.ts";
import type { SendQuota } from "../ports/send-quota.ts";
import type { SharedState } from "../ports/shared-state.ts";

export interface WecomChannel {
  readonly media: MediaSource;
  readonly messenger: Messenger;
  readonly keys: WecomKeys;
  readonly signIn: SignIn;
}

/** The self-built app of WeCom: what it says, what it hears, who opens its pages. */
export function createWecomChannel(
  config: WecomConfig,
  sharedState: SharedState,
  quotaOf: (app: string) => SendQuota,
): WecomChannel {
  const app = { corpId: config.corpId, agentId: config.agentId, apiBase: config.apiBase };
  const tokens = createAccessTokens({ ...app, secret: config.secret.reveal() }, sharedState);
  return {
    media: createWecomMedia(app, tokens),
    messenger: createWecomMessenger(app, tokens, quotaOf(`wecom|${config.corpId}|${config.agentId}`)),
    keys: {
      corpId: config.corpId,
      agentId: config.agentId,
      token: config.token.reveal(),
      aesKey: config.aesKey.reveal(),
    },
    signIn: wecomSignIn({ ...app, oauthBase: config.oauthBase, tokens }),
  };
}
