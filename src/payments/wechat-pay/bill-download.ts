import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BillDownload, BillKind, ChannelBills } from "../../ports/channel-bills.ts";
import { ask, type WechatPayAccount } from "./account.ts";
import type { ApiAnswer } from "./http.ts";
import { OFFICIAL_API_BASE } from "./http.ts";
import { exchange } from "./transport.ts";

const appliedSchema = z.object({ hash_type: z.literal("SHA1"), hash_value: z.string(), download_url: z.string() });
/** A link lives 30 seconds to 5 minutes, and a transfer may break: then a new one is asked for (wechat-pay.md 5.1). */
const MOST_TRIES = 3;
/** A large merchant's bill has hundreds of megabytes. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** Bills of one WeChat Pay merchant account (reference/wechat-pay.md section 5.1). */
export function createChannelBills(account: WechatPayAccount): ChannelBills {
  return {
    merchantId: account.config.merchantId,
    async download(kind, date) {
      let last: BillDownload = { state: "unknown", reason: "NOT_TRIED" };
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        last = await downloadOnce(account, kind, date);
        if (last.state !== "unknown") return last;
      }
      return last;
    },
  };
}

async function downloadOnce(account: WechatPayAccount, kind: BillKind, date: CivilDate): Promise<BillDownload> {
  const { pay } = account;
  const answer = await ask(() =>
    kind === "trade"
      ? pay.tradebill({ bill_date: date, bill_type: "ALL", tar_type: "GZIP" })
      : pay.fundflowbill({ bill_date: date, account_type: "BASIC", tar_type: "GZIP" }),
  );
  if (answer.kind !== "ok") return withoutBill(answer);
  const applied = appliedSchema.safeParse(answer.body);
  if (!applied.success) return { state: "unknown", reason: "ANSWER_INCOMPLETE" };
  return fetchBytes(account, applied.data);
}

/** Codes decide, never the status: the documents disagree on it. */
function withoutBill(answer: Exclude<ApiAnswer, { kind: "ok" }>): BillDownload {
  if (answer.kind === "unknown") return { state: "unknown", reason: answer.reason };
  if (answer.code === "NO_STATEMENT_EXIST") return { state: "none" };
  if (answer.code === "STATEMENT_CREATING") return { state: "creating" };
  return { state: "refused", code: answer.code, reason: answer.message };
}

async function fetchBytes(account: WechatPayAccount, applied: z.infer<typeof appliedSchema>): Promise<BillDownload> {
  const url = URL.canParse(applied.download_url) ? new URL(applied.download_url) : null;
  // Our signature goes along: to the host that we talk to, and to no other.
  if (url === null || !isOurHost(url, account.config.apiBase ?? OFFICIAL_API_BASE)) {
    return { state: "refused", code: "FOREIGN_HOST", reason: "下载地址不在微信支付的域名下" };
  }
  const nonce = randomBytes(16).toString("hex");
  const timestamp = String(Math.floor(account.clock.nowMs() / 1000));
  const path = url.pathname + url.search;
  const result = await exchange({
    method: "GET",
    url: applied.download_url,
    headers: {
      Accept: "application/x-gzip, text/plain, application/json",
      "User-Agent": "ParkLedger/0.1",
      Authorization: account.pay.getAuthorization(
        nonce,
        timestamp,
        account.pay.getSignature("GET", nonce, timestamp, path),
      ),
    },
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  if (result.kind === "failed") return { state: "unknown", reason: result.reason };
  if (result.status !== 200) {
    const code = errorCode(result.body);
    // 下载链接过期 is an INVALID_REQUEST: a new link is asked for.
    return code === "NO_AUTH"
      ? { state: "refused", code, reason: "下载账单的商户号与申请账单的商户号不一致" }
      : { state: "unknown", reason: code };
  }
  const bytes = unpacked(result.body);
  if (bytes === undefined) return { state: "unknown", reason: "GZIP_BROKEN" };
  const sha1 = createHash("sha1").update(bytes).digest("hex");
  // The answer is not signed; the signed hash is what vouches for it.
  if (sha1 !== applied.hash_value.toLowerCase()) return { state: "unknown", reason: "HASH_MISMATCH" };
  return { state: "ready", bytes };
}

function isOurHost(url: URL, apiBase: string): boolean {
  const own = new URL(apiBase);
  if (url.protocol !== own.protocol) return false;
  return (
    url.host === own.host ||
    (apiBase === OFFICIAL_API_BASE && /^api\d?\.(?:mch\.weixin\.qq\.com|wechatpay\.cn)$/.test(url.host))
  );
}

function errorCode(body: Buffer): string {
  try {
    const { code } = JSON.parse(body.toString("utf8")) as { code?: unknown };
    return typeof code === "string" ? code : "DOWNLOAD_FAILED";
  } catch {
    return "DOWNLOAD_FAILED";
  }
}

/** By its first bytes, not by its content type: proxies change that. */
function unpacked(body: Buffer): Buffer | undefined {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body);
  } catch {
    return undefined;
  }
}
