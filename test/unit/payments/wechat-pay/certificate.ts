import { createSign } from "node:crypto";
import type { KeyPair } from "./platform.ts";

/**
 * Builds a self-signed X.509 v1 certificate at run time, so that no private key lies in the repository. Just
 * the DER that Node's X509Certificate needs; dates as UTCTime. `serial` is hex and begins below 80 (DER's sign bit).
 */
export function newCertificatePem(options: { serial: string; keys: KeyPair; from: Date; until: Date }): string {
  const algorithm = sequence(Buffer.from("06092a864886f70d01010b", "hex"), Buffer.from("0500", "hex"));
  const name = sequence(
    der(0x31, sequence(Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from("Tenpay.com Root CA (test)")))),
  );
  const body = sequence(
    der(0x02, Buffer.from(options.serial, "hex")),
    algorithm,
    name,
    sequence(utcTime(options.from), utcTime(options.until)),
    name,
    options.keys.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("RSA-SHA256").update(body).sign(options.keys.privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

/** YYMMDDHHMMSSZ */
const utcTime = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));
