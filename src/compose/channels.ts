import type { Config } from "../config/env.ts";
import { officialAccountSignIn, type SignIn } from "../http/h5/sign-in.ts";
import { createJsConfigSigner } from "../platforms/official-account/js-config.ts";
import { createOfficialAccountMedia } from "../platforms/official-account/media.ts";
import { createOfficialAccountMessenger } from "../platforms/official-account/send.ts";
import { createAccessTokens } from "../platforms/official-account/token.ts";
import type { OfficialAccountKeys } from "../platforms/official-account/verify.ts";
import type { WecomKeys } from "../platforms/wecom/verify.ts";
import type { WireClock } from "../ports/clock.ts";
import type { JsConfigSigner } from "../ports/js-config.ts";
import type { MediaSource } from "../ports/media-source.ts";
import type { Messenger } from "../ports/messenger.ts";
import type { SendQuota } from "../ports/send-quota.ts";
import type { SharedState } from "../ports/shared-state.ts";
import type { SmsSender } from "../ports/sms.ts";
import { createDingtalkChannel } from "./dingtalk.ts";
import { smsSenderOf } from "./sms.ts";
import { createWecomChannel } from "./wecom-channel.ts";

/** The ways in and out that are configured. What is absent is off. */
export interface Channels {
  /** By "platform|appId". */
  readonly messengers: ReadonlyMap<string, Messenger>;
  /** The same: where the pictures are that people send. */
  readonly media: ReadonlyMap<string, MediaSource>;
  readonly officialAccountKeys: OfficialAccountKeys | undefined;
  /** Of the pages that open from chat. */
  readonly signIns: readonly SignIn[];
  /** Signs pages for WeChat's own functions. */
  readonly jsConfig: JsConfigSigner | undefined;
  readonly wecomKeys: WecomKeys | undefined;
  readonly sms: SmsSender | undefined;
}

/** `quotaOf` counts what one app sends to each person. */
export function createChannels(
  config: Config,
  sharedState: SharedState,
  wireClock: WireClock,
  quotaOf: (app: string) => SendQuota,
): Channels {
  const messengers = new Map<string, Messenger>();
  const media: MediaSource[] = [];
  let jsConfig: JsConfigSigner | undefined;
  const { officialAccount, sms } = config;
  if (officialAccount) {
    const tokens = createAccessTokens(
      {
        appId: officialAccount.appId,
        appSecret: officialAccount.appSecret.reveal(),
        apiBase: officialAccount.apiBase,
      },
      sharedState,
    );
    const { appId, apiBase } = officialAccount;
    media.push(createOfficialAccountMedia({ appId, apiBase }, tokens));
    jsConfig = createJsConfigSigner({ appId, apiBase }, tokens, sharedState, wireClock);
    messengers.set(
      `official-account|${officialAccount.appId}`,
      createOfficialAccountMessenger(
        {
          appId: officialAccount.appId,
          apiBase: officialAccount.apiBase,
          templates: Object.fromEntries(officialAccount.templates),
        },
        tokens,
      ),
    );
  }
  const wecom = config.wecom && createWecomChannel(config.wecom, sharedState, quotaOf);
  if (wecom) messengers.set(`wecom|${wecom.keys.corpId}`, wecom.messenger);
  if (wecom) media.push(wecom.media);
  const dingtalk = config.dingtalk && createDingtalkChannel(config.dingtalk, config.publicUrl, sharedState);
  if (dingtalk) messengers.set(`dingtalk|${dingtalk.messenger.appId}`, dingtalk.messenger);
  if (dingtalk) media.push(dingtalk.media);
  return {
    messengers,
    media: new Map(media.map((source) => [`${source.platform}|${source.appId}`, source])),
    jsConfig,
    wecomKeys: wecom?.keys,
    officialAccountKeys: officialAccount && {
      appId: officialAccount.appId,
      token: officialAccount.token.reveal(),
      aesKey: officialAccount.aesKey.reveal(),
    },
    signIns: [
      ...(officialAccount
        ? [
            officialAccountSignIn({
              appId: officialAccount.appId,
              appSecret: officialAccount.appSecret.reveal(),
              apiBase: officialAccount.apiBase,
              oauthBase: officialAccount.oauthBase,
            }),
          ]
        : []),
      ...(wecom ? [wecom.signIn] : []),
      ...(dingtalk ? [dingtalk.signIn] : []),
    ],
    sms: sms && smsSenderOf(sms, wireClock),
  };
}
