import { createHash } from "node:crypto";

/** The name under which DingTalk knows where the clicks on our cards go. */
export const callbackRouteKey = (route: { readonly callbackUrl: string; readonly apiSecret: string }): string =>
  `parkledger-${createHash("sha256").update(`${route.callbackUrl}\n${route.apiSecret}`).digest("hex").slice(0, 16)}`;
