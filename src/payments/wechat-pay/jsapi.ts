import { createSign, randomBytes } from "node:crypto";
import type { WechatPayAccount } from "./account.ts";

/**
 * What the page hands to `WeixinJSBridge.invoke("getBrandWCPayRequest", …)` (reference/wechat-pay.md section 2.2); the
 * prepay id in it lives two hours. Signed here because the package takes its nonce from Math.random.
 */
export function signJsapi(prepayId: string, account: WechatPayAccount): Readonly<Record<string, string>> {
  const appId = account.config.appId;
  const timeStamp = String(Math.floor(account.clock.nowMs() / 1000));
  const nonceStr = randomBytes(16).toString("hex");
  const prepay = `prepay_id=${prepayId}`;
  const paySign = createSign("RSA-SHA256")
    .update(`${appId}\n${timeStamp}\n${nonceStr}\n${prepay}\n`)
    .sign(account.privateKey, "base64");
  return { appId, timeStamp, nonceStr, package: prepay, signType: "RSA", paySign };
}
