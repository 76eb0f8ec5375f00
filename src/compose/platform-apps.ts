import type { Config } from "../config/env.ts";
import type { PlatformApps } from "../usecases/import-world/write-people.ts";

/** The app id of every platform that is on: identities belong to an app, not to a platform. */
export const platformApps = (config: Config): PlatformApps => ({
  ...(config.officialAccount === undefined ? {} : { "official-account": config.officialAccount.appId }),
  ...(config.wecom === undefined ? {} : { wecom: config.wecom.corpId }),
  ...(config.dingtalk === undefined ? {} : { dingtalk: config.dingtalk.clientId }),
});
