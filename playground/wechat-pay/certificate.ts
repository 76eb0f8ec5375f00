import { type KeyObject, randomBytes, sign } from "node:crypto";

/**
 * A self-signed X.509 v3 certificate in PEM, built from DER by hand: clients of the certificate mode expect one.
 * @param serialHex 40 hex digits, the first below 8 so that the number is positive.
 */
export function selfSignedCertificate(options: {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly serialHex: string;
  readonly commonName: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}): string {
  const algorithm = sequence(objectIdentifier(sha256WithRsa), nullValue);
  const name = sequence(set(sequence(objectIdentifier(commonNameType), utf8String(options.commonName))));
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.from(options.serialHex, "hex")),
    algorithm,
    name,
    sequence(generalizedOrUtcTime(options.notBeforeMs), generalizedOrUtcTime(options.notAfterMs)),
    name,
    options.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", toBeSigned, options.privateKey);
  const certificate = sequence(toBeSigned, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** A serial number as WeChat Pay's own: 40 hex digits in upper case. */
export function newSerialHex(): string {
  const bytes = randomBytes(20);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString("hex").toUpperCase();
}

const sha256WithRsa = "2a864886f70d01010b";
const commonNameType = "550403";
const nullValue = Buffer.from([0x05, 0x00]);

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

function integer(bigEndian: Buffer): Buffer {
  return tagged(0x02, bigEndian);
}

function objectIdentifier(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, "utf8"));
}

/** X.509 wants UTCTime up to 2049 and GeneralizedTime after. */
function generalizedOrUtcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return digits < "2050" ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`)) : tagged(0x18, Buffer.from(`${digits}Z`));
}
