import { type KeyObject, X509Certificate } from "node:crypto";
import { z } from "zod";
import { decryptResource, encryptedResourceSchema } from "./decrypt.ts";

/** A platform certificate as far as verification needs it. */
export interface PlatformCertificate {
  /** As `Wechatpay-Serial` spells it: 40 upper-case hex digits. */
  readonly serial: string;
  readonly key: KeyObject;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

const answerSchema = z.object({
  data: z.array(z.object({ serial_no: z.string().min(1), encrypt_certificate: encryptedResourceSchema })),
});

/**
 * Opens the answer of `GET /v3/certificates`. What makes a certificate genuine is the GCM tag under the merchant's APIv3
 * key; the dates are those inside the certificate. Throws when the answer is not of that form, DecryptionError when one
 * certificate is not authentic, and RangeError when a certificate does not carry the serial it is announced with.
 */
export function openCertificates(body: Buffer, apiV3Key: string): PlatformCertificate[] {
  const answer = answerSchema.parse(JSON.parse(body.toString("utf8")));
  return answer.data.map((entry) => {
    const certificate = new X509Certificate(decryptResource(entry.encrypt_certificate, apiV3Key));
    if (withoutZeros(certificate.serialNumber) !== withoutZeros(entry.serial_no)) {
      throw new RangeError("a platform certificate carries another serial than announced");
    }
    return {
      serial: entry.serial_no,
      key: certificate.publicKey,
      validFromMs: Date.parse(certificate.validFrom),
      validUntilMs: Date.parse(certificate.validTo),
    };
  });
}

/** Certificate tools differ in case and in leading zeros when they print a serial. */
const withoutZeros = (serial: string): string => serial.toUpperCase().replace(/^0+/, "");
