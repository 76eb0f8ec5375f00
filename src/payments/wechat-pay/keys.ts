import { createPublicKey, type KeyObject } from "node:crypto";
import type { WireClock } from "../../ports/clock.ts";
import { openCertificates, type PlatformCertificate } from "./certificates.ts";
import { type SignedMessage, verifySigned } from "./verify.ts";

/**
 * How WeChat Pay proves itself to one merchant account (reference/wechat-pay.md section 1.4): new merchants have the
 * public key only, old ones platform certificates, and both sign during the seven days of a switch.
 */
export type TrustMode =
  | { readonly mode: "public-key"; readonly publicKeyId: string; readonly publicKeyPem: string }
  | { readonly mode: "certificates" }
  | { readonly mode: "mixed"; readonly publicKeyId: string; readonly publicKeyPem: string };

export interface TrustStore {
  /** What requests must carry as `Wechatpay-Serial` so that the answer is signed with the public key. */
  readonly publicKeyId: string | undefined;
  /**
   * The keys trusted now, by serial. Downloads certificates first when they are due or when `serial` is not among them.
   * Never throws: without an answer the unexpired keys at hand remain.
   */
  keysFor(serial: string): Promise<ReadonlyMap<string, KeyObject>>;
}

export interface TrustStoreOptions {
  readonly trust: TrustMode;
  readonly apiV3Key: string;
  readonly clock: WireClock;
  /** `GET /v3/certificates`, signed by us, not yet verified; throws when there is no usable answer. */
  readonly downloadCertificates: () => Promise<SignedMessage>;
  /** Hears why a download failed; the text is free of secrets. */
  readonly onProblem: (problem: string) => void;
}

/** The platform asks for less than 12 hours; from 10 on we refresh without anybody waiting. */
const REFRESH_AFTER_MS = 10 * 3_600_000;
const OVERDUE_AFTER_MS = 12 * 3_600_000;
/** Forged callbacks with invented serials must not become traffic towards WeChat Pay (section 8.2, row 4). */
const ATTEMPT_SPACING_MS = 60_000;

/** The trust store of one merchant account. Throws when the configured public key is not an RSA public key. */
export function createTrustStore(options: TrustStoreOptions): TrustStore {
  const { trust } = options;
  const publicKeyId = trust.mode === "certificates" ? undefined : trust.publicKeyId;
  const fixed = new Map<string, KeyObject>();
  if (trust.mode !== "certificates") fixed.set(trust.publicKeyId, readPublicKey(trust.publicKeyPem));
  if (trust.mode === "public-key") return { publicKeyId, keysFor: async () => fixed };
  const certificates = new CertificateCache(options);
  return {
    publicKeyId,
    async keysFor(serial) {
      if (!fixed.has(serial)) await certificates.prepareFor(serial);
      return new Map([...certificates.valid(), ...fixed]);
    },
  };
}

function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== "rsa") throw new TypeError("the WeChat Pay public key is not an RSA key");
  return key;
}

/** Holds the downloaded certificates: single flight, one attempt a minute, expired ones never handed out. */
class CertificateCache {
  readonly #options: TrustStoreOptions;
  #certificates: readonly PlatformCertificate[] = [];
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #attemptedAtMs = Number.NEGATIVE_INFINITY;
  #flight: Promise<void> | undefined;

  constructor(options: TrustStoreOptions) {
    this.#options = options;
  }

  valid(): Map<string, KeyObject> {
    const nowMs = this.#options.clock.nowMs();
    const current = this.#certificates.filter((c) => c.validFromMs <= nowMs && nowMs < c.validUntilMs);
    return new Map(current.map((certificate) => [certificate.serial, certificate.key]));
  }

  async prepareFor(serial: string): Promise<void> {
    const ageMs = this.#options.clock.nowMs() - this.#fetchedAtMs;
    if (ageMs >= OVERDUE_AFTER_MS || !this.valid().has(serial)) await this.#refresh();
    else if (ageMs >= REFRESH_AFTER_MS) void this.#refresh();
  }

  #refresh(): Promise<void> {
    if (this.#flight !== undefined) return this.#flight;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#attemptedAtMs < ATTEMPT_SPACING_MS) return Promise.resolve();
    this.#attemptedAtMs = nowMs;
    this.#flight = this.#download()
      .catch((error: unknown) => {
        this.#options.onProblem(`WeChat Pay certificates: ${error instanceof Error ? error.message : "no answer"}`);
      })
      .finally(() => {
        this.#flight = undefined;
      });
    return this.#flight;
  }

  async #download(): Promise<void> {
    const answer = await this.#options.downloadCertificates();
    const nowMs = this.#options.clock.nowMs();
    const certificates = openCertificates(answer.body, this.#options.apiV3Key);
    // The first answer is signed by a certificate inside it; the GCM tag has already shown that one to be genuine.
    const keys = new Map([...this.valid(), ...certificates.map((c) => [c.serial, c.key] as const)]);
    const trust = this.#options.trust;
    if (trust.mode === "mixed") keys.set(trust.publicKeyId, readPublicKey(trust.publicKeyPem));
    const verification = verifySigned(answer, keys, nowMs);
    if (!verification.ok) throw new Error(`the answer is not genuine (${verification.refusal})`);
    this.#certificates = certificates;
    this.#fetchedAtMs = nowMs;
  }
}
