import type { PlainRequest } from "../http/server.ts";
import { type Answer, accept, refuse } from "./answers.ts";
import { encryptResource, newPlatformCertificate, newPlatformPublicKey, type PlatformKey } from "./keys.ts";
import type { Merchant } from "./merchant.ts";
import { shanghaiRfc3339 } from "./shanghai-time.ts";

/**
 * Who signs (reference/wechat-pay.md 1.4): old merchants have certificates, new ones only the public key, and in between
 * lie days of `mixed`, when answers follow the request's `Wechatpay-Serial` and notifications come with either.
 */
export type KeyMode = "certificate" | "public-key" | "mixed";

export class PlatformKeys {
  readonly mode: KeyMode;
  /** In force by date, oldest first; empty in the mode `public-key`. */
  readonly certificates: PlatformKey[];
  /** Undefined in the mode `certificate`. */
  readonly publicKey: PlatformKey | undefined;
  #notifications = 0;

  constructor(mode: KeyMode, certificates: PlatformKey[], publicKey: PlatformKey | undefined) {
    this.mode = mode;
    this.certificates = certificates;
    this.publicKey = publicKey;
  }

  /** Puts a new certificate into use beside the old ones, as a rotation does. Answers are signed with it from now on. */
  async rotateCertificate(nowMs: number): Promise<PlatformKey> {
    if (this.mode === "public-key") throw new Error("a merchant with the public key only has no certificates");
    const added = await newPlatformCertificate(nowMs);
    this.certificates.push(added);
    return added;
  }

  /** The key for an answer: the one the request names, else the mode's own. Undefined for a serial nobody knows. */
  forAnswer(request: PlainRequest): PlatformKey | undefined {
    const named = request.headers["wechatpay-serial"];
    if (named === undefined) return this.#ownKey();
    return [...this.certificates, this.publicKey].find((key) => key?.serial === named);
  }

  /** The key for the next notification; in the mode `mixed` certificate and public key take turns. */
  forNotification(): PlatformKey {
    this.#notifications += 1;
    if (this.mode === "mixed" && this.#notifications % 2 === 0 && this.publicKey !== undefined) return this.publicKey;
    return this.#ownKey();
  }

  /** GET /v3/certificates */
  downloadAnswer(merchant: Merchant): Answer {
    if (this.certificates.length === 0) {
      return refuse(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥");
    }
    return accept({
      data: this.certificates.map((certificate) => ({
        serial_no: certificate.serial,
        effective_time: shanghaiRfc3339(certificate.effectiveAtMs),
        expire_time: shanghaiRfc3339(certificate.expiresAtMs),
        encrypt_certificate: encryptResource(merchant.apiV3Key, certificate.pem, "certificate"),
      })),
    });
  }

  #ownKey(): PlatformKey {
    const key = this.certificates.at(-1) ?? this.publicKey;
    if (key === undefined) throw new Error("the platform has no key to sign with");
    return key;
  }
}

export async function newPlatformKeys(mode: KeyMode, nowMs: number): Promise<PlatformKeys> {
  const [certificate, publicKey] = await Promise.all([
    mode === "public-key" ? undefined : newPlatformCertificate(nowMs),
    mode === "certificate" ? undefined : newPlatformPublicKey(nowMs),
  ]);
  return new PlatformKeys(mode, certificate === undefined ? [] : [certificate], publicKey);
}
