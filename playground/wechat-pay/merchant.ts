import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { newSerialHex } from "./certificate.ts";
import { generateRsaKeyPair } from "./keys.ts";

export interface MerchantOptions {
  readonly mchId: string;
  /** Appids bound to the merchant number. */
  readonly appIds: readonly string[];
  /** 32 ASCII characters. Made up when absent. */
  readonly apiV3Key?: string;
  /** `apiclient_key.pem`, RSA 2048. Generated when absent. */
  readonly privateKeyPem?: string;
  /** What the merchant account holds before the first payment, in fen. Default 0. */
  readonly openingBalanceFen?: number;
}

/** A merchant of the pretend WeChat Pay with everything its console shows, for configuring a client. */
export interface Merchant {
  readonly mchId: string;
  readonly appIds: readonly string[];
  readonly apiV3Key: string;
  /** Of the merchant certificate, 40 hex digits in upper case. */
  readonly serialNo: string;
  /** `apiclient_key.pem`, PKCS#8. */
  readonly privateKeyPem: string;
  readonly publicKey: KeyObject;
  /** Payments add, refunds take; NOT_ENOUGH below zero. */
  balanceFen: number;
}

export async function newMerchant(options: MerchantOptions): Promise<Merchant> {
  const privateKey =
    options.privateKeyPem === undefined
      ? (await generateRsaKeyPair()).privateKey
      : createPrivateKey(options.privateKeyPem);
  const apiV3Key = options.apiV3Key ?? randomBytes(16).toString("hex");
  if (Buffer.byteLength(apiV3Key) !== 32) throw new Error("the APIv3 key has 32 ASCII characters");
  return {
    mchId: options.mchId,
    appIds: options.appIds,
    apiV3Key,
    serialNo: newSerialHex(),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: createPublicKey(privateKey),
    balanceFen: options.openingBalanceFen ?? 0,
  };
}
