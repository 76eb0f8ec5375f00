import { beforeEach, describe, expect, it } from "vitest";
import { createTrustStore, type TrustMode } from "../../../../src/payments/wechat-pay/keys.ts";
import { readSignature, type SignedMessage } from "../../../../src/payments/wechat-pay/verify.ts";
import { newCertificatePem } from "./certificate.ts";
import {
  API_V3_KEY,
  type KeyPair,
  NOW_MS,
  newKeyPair,
  PUBLIC_KEY_ID,
  platformKeys,
  seal,
  signatureHeaders,
} from "./platform.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLD = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const NEW = "6F02CBAF5D2F1D4F0A1B2C3D4E5F60718293A4B5";
const oldKeys = newKeyPair();
const newKeys = newKeyPair();

interface Entry {
  readonly serial: string;
  readonly keys: KeyPair;
  readonly from?: number;
  readonly until?: number;
  /** What the list calls it, when not its own serial. */
  readonly announced?: string;
}

/** The answer of GET /v3/certificates, sealed and signed by another implementation. */
function certificateList(entries: readonly Entry[], signer: Entry, nowMs: number, key = API_V3_KEY): SignedMessage {
  const data = entries.map((entry) => {
    const from = new Date(entry.from ?? NOW_MS - DAY_MS);
    const until = new Date(entry.until ?? NOW_MS + 365 * DAY_MS);
    const pem = newCertificatePem({ serial: entry.serial, keys: entry.keys, from, until });
    const { ciphertext, nonce, associatedData } = seal(pem, { associatedData: "certificate", key });
    return {
      serial_no: entry.announced ?? entry.serial,
      "effective_time ": from.toISOString(),
      expire_time: until.toISOString(),
      encrypt_certificate: {
        algorithm: "AEAD_AES_256_GCM",
        nonce,
        associated_data: associatedData,
        ciphertext,
      },
    };
  });
  const body = JSON.stringify({ data });
  const headers = signatureHeaders(body, { serial: signer.serial, keys: signer.keys, seconds: nowMs / 1000 });
  const signed = readSignature((name) => headers[name], Buffer.from(body));
  if (signed === undefined) throw new Error("the sample is incomplete");
  return signed;
}

const oldEntry: Entry = { serial: OLD, keys: oldKeys };
const newEntry: Entry = { serial: NEW, keys: newKeys };

let nowMs: number;
let downloads: number;
let answer: () => Promise<SignedMessage>;
let problems: string[];

beforeEach(() => {
  nowMs = NOW_MS;
  downloads = 0;
  problems = [];
  answer = async () => certificateList([oldEntry], oldEntry, nowMs);
});

function store(trust: TrustMode = { mode: "certificates" }) {
  return createTrustStore({
    trust,
    apiV3Key: API_V3_KEY,
    clock: { nowMs: () => nowMs },
    downloadCertificates: async () => {
      downloads += 1;
      // A real answer takes at least a turn of the event loop: whoever does not wait for it must be seen not to.
      await new Promise((resolve) => setImmediate(resolve));
      return answer();
    },
    onProblem: (problem) => problems.push(problem),
  });
}

const publicKeyOf = (keys: KeyPair) => ({ publicKeyId: PUBLIC_KEY_ID, publicKeyPem: keys.publicPem });
const serialsOf = async (trust: ReturnType<typeof store>, serial: string) => [...(await trust.keysFor(serial)).keys()];

describe("public-key mode", () => {
  it("trusts the one key, names it for requests and never downloads anything", async () => {
    const trust = store({ mode: "public-key", ...publicKeyOf(platformKeys) });
    expect(trust.publicKeyId).toBe(PUBLIC_KEY_ID);
    expect(await serialsOf(trust, OLD)).toEqual([PUBLIC_KEY_ID]);
    expect(downloads).toBe(0);
  });

  it("refuses a configured key that is no RSA key", () => {
    const pem =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
    expect(() => store({ mode: "public-key", publicKeyId: PUBLIC_KEY_ID, publicKeyPem: pem })).toThrow(
      "not an RSA key",
    );
  });
});

describe("certificate mode", () => {
  it("downloads at the first need and trusts exactly the key inside the certificate", async () => {
    const trust = store();
    const key = (await trust.keysFor(OLD)).get(OLD);
    expect(key?.equals(oldKeys.publicKey)).toBe(true);
    expect(trust.publicKeyId).toBeUndefined();
  });

  it("downloads once for many callers at the same time", async () => {
    const trust = store();
    const all = await Promise.all([trust.keysFor(OLD), trust.keysFor(OLD), trust.keysFor(OLD)]);
    expect(all.map((keys) => keys.has(OLD))).toEqual([true, true, true]);
    expect(downloads).toBe(1);
  });

  it("asks for unknown serials at most once a minute, however many are invented", async () => {
    const trust = store();
    await trust.keysFor(OLD);
    for (let forged = 0; forged < 20; forged += 1) await trust.keysFor(`FORGED${forged}`);
    expect(downloads).toBe(1);
    nowMs += 60_000;
    for (let forged = 0; forged < 20; forged += 1) await trust.keysFor(`FORGED${forged}`);
    expect(downloads).toBe(2);
  });

  it("learns a rotated certificate when its serial appears, and keeps the old one", async () => {
    const trust = store();
    await trust.keysFor(OLD);
    answer = async () => certificateList([oldEntry, newEntry], oldEntry, nowMs);
    nowMs += 61_000;
    expect(await serialsOf(trust, NEW)).toEqual([OLD, NEW]);
  });

  it("refreshes before twelve hours are over", async () => {
    const trust = store();
    await trust.keysFor(OLD);
    nowMs += 9 * HOUR_MS;
    await trust.keysFor(OLD);
    expect(downloads).toBe(1);
    nowMs += 2 * HOUR_MS;
    await trust.keysFor(OLD);
    expect(downloads).toBe(2);
  });

  it("no longer trusts a certificate that was withdrawn from the list, nor one that has expired", async () => {
    const trust = store();
    await trust.keysFor(OLD);
    answer = async () => certificateList([newEntry], newEntry, nowMs);
    nowMs += 12 * HOUR_MS;
    expect(await serialsOf(trust, OLD)).toEqual([NEW]);
    nowMs += 366 * DAY_MS;
    answer = () => Promise.reject(new Error("ECONNREFUSED"));
    expect(await serialsOf(trust, NEW)).toEqual([]);
  });

  it("does not trust a certificate before its first day", async () => {
    const early: Entry = { ...newEntry, from: NOW_MS + HOUR_MS };
    answer = async () => certificateList([oldEntry, early], oldEntry, nowMs);
    expect(await serialsOf(store(), NEW)).toEqual([OLD]);
  });

  it("keeps what it has when the platform does not answer, and says so without secrets", async () => {
    const trust = store();
    await trust.keysFor(OLD);
    answer = () => Promise.reject(new Error("HTTP 502"));
    nowMs += 13 * HOUR_MS;
    expect(await serialsOf(trust, OLD)).toEqual([OLD]);
    expect(problems).toEqual(["WeChat Pay certificates: HTTP 502"]);
  });

  it.each<[string, () => SignedMessage, string]>([
    [
      "sealed under another APIv3 key",
      () => certificateList([oldEntry], oldEntry, nowMs, "f".repeat(32)),
      "not authentic",
    ],
    [
      "signed by nobody in it",
      () => certificateList([oldEntry], { serial: OLD, keys: newKeys }, nowMs),
      "BAD_SIGNATURE",
    ],
    ["signed too long ago", () => certificateList([oldEntry], oldEntry, nowMs - 300_000), "STALE"],
    [
      "announcing another serial",
      () => certificateList([{ ...oldEntry, announced: NEW }], oldEntry, nowMs),
      "another serial",
    ],
  ])("trusts nothing of a list %s", async (_name, list, problem) => {
    answer = async () => list();
    expect(await serialsOf(store(), OLD)).toEqual([]);
    expect(problems.join()).toContain(problem);
  });
});

describe("mixed mode, during the seven days of a switch", () => {
  const mixed: TrustMode = { mode: "mixed", ...publicKeyOf(platformKeys) };

  it("trusts the public key and the certificates", async () => {
    expect(await serialsOf(store(mixed), OLD)).toEqual([OLD, PUBLIC_KEY_ID]);
  });

  it("accepts a list that is already signed with the public key", async () => {
    const signer: Entry = { serial: PUBLIC_KEY_ID, keys: platformKeys };
    answer = async () => certificateList([oldEntry], signer, nowMs);
    expect(await serialsOf(store(mixed), OLD)).toEqual([OLD, PUBLIC_KEY_ID]);
  });

  it("lives without certificates when the merchant never had any", async () => {
    answer = () => Promise.reject(new Error("HTTP 404"));
    expect(await serialsOf(store(mixed), OLD)).toEqual([PUBLIC_KEY_ID]);
  });
});
