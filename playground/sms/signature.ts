import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { PlainRequest } from "../http/server.ts";

/** What a signed request asks for, whichever of Aliyun's two signatures it carries. */
export interface SignedCall {
  readonly action: string;
  readonly version: string;
  readonly nonce: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface SignatureRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export type SignatureCheck = { readonly call: SignedCall } | { readonly refusal: SignatureRefusal };

export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

const maxClockOffsetMs = 15 * 60_000;

/**
 * Verifies a call in the RPC style with HMAC-SHA1 (signature version 1.0) or with ACS3-HMAC-SHA256; SendSms takes both.
 * Sources: help.aliyun.com "V2版本RPC风格请求体&签名机制" and "V3版本请求体&签名机制".
 */
export function checkSignature(request: PlainRequest, accessKey: AccessKey, wireNowMs: number): SignatureCheck {
  return request.headers.authorization === undefined
    ? checkRpc(request, accessKey, wireNowMs)
    : checkAcs3(request, accessKey, wireNowMs);
}

/** RFC 3986: only letters, digits and `-_.~` stay. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters[name] ?? "")}`)
    .join("&");
}

/** All parameters of query and form body. */
function readParameters(request: PlainRequest): Record<string, string> {
  const parameters: Record<string, string> = Object.fromEntries(request.query);
  if ((request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    Object.assign(parameters, Object.fromEntries(new URLSearchParams(request.body.toString("utf8"))));
  }
  return parameters;
}

function checkRpc(request: PlainRequest, accessKey: AccessKey, wireNowMs: number): SignatureCheck {
  const { Signature: given = "", ...parameters } = readParameters(request);
  for (const name of ["AccessKeyId", "Action", "SignatureNonce", "Timestamp", "Version"]) {
    if ((parameters[name] ?? "") === "") return refusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
  }
  if (parameters.SignatureMethod !== "HMAC-SHA1" || parameters.SignatureVersion !== "1.0") {
    return refusal(400, "InvalidParameter", "SignatureMethod must be HMAC-SHA1, SignatureVersion 1.0.");
  }
  const common = checkKeyAndTime(parameters.AccessKeyId, parameters.Timestamp, accessKey, wireNowMs);
  if (common !== undefined) return common;
  const text = `${request.method}&${percentEncode("/")}&${percentEncode(canonicalQuery(parameters))}`;
  const expected = createHmac("sha1", `${accessKey.accessKeySecret}&`).update(text).digest("base64");
  if (!isSameText(expected, given)) return signatureMismatch(text);
  const { Action: action = "", Version: version = "", SignatureNonce: nonce = "" } = parameters;
  return { call: { action, version, nonce, parameters } };
}

function checkAcs3(request: PlainRequest, accessKey: AccessKey, wireNowMs: number): SignatureCheck {
  const { headers } = request;
  const match = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? "",
  );
  const [, accessKeyId, signedHeaderList = "", given = ""] = match ?? [];
  if (match === null)
    return refusal(400, "IncompleteSignature", "The request signature does not conform to standards.");
  const common = checkKeyAndTime(accessKeyId, headers["x-acs-date"], accessKey, wireNowMs);
  if (common !== undefined) return common;
  const names = signedHeaderList.split(";");
  const required = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-acs-"))];
  if (names.join(";") !== [...names].sort().join(";") || required.some((name) => !names.includes(name))) {
    return signatureMismatch("SignedHeaders must hold host and all x-acs-* headers, sorted");
  }
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  if (headers["x-acs-content-sha256"] !== bodyHash) return signatureMismatch("x-acs-content-sha256");
  const canonicalHeaders = names.map((name) => `${name}:${(headers[name] ?? "").trim()}\n`).join("");
  const query = canonicalQuery(Object.fromEntries(request.query));
  const canonical = [request.method, request.path, query, canonicalHeaders, signedHeaderList, bodyHash].join("\n");
  const text = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const expected = createHmac("sha256", accessKey.accessKeySecret).update(text).digest("hex");
  if (!isSameText(expected, given)) return signatureMismatch(text);
  return {
    call: {
      action: headers["x-acs-action"] ?? "",
      version: headers["x-acs-version"] ?? "",
      nonce: headers["x-acs-signature-nonce"] ?? "",
      parameters: readParameters(request),
    },
  };
}

function checkKeyAndTime(
  accessKeyId: string | undefined,
  timestamp: string | undefined,
  accessKey: AccessKey,
  wireNowMs: number,
): SignatureCheck | undefined {
  if (accessKeyId !== accessKey.accessKeyId) {
    return refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  }
  if (timestamp === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp)) {
    return refusal(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
  }
  if (Math.abs(Date.parse(timestamp) - wireNowMs) > maxClockOffsetMs) {
    return refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
  }
  return undefined;
}

function signatureMismatch(serverText: string): SignatureCheck {
  const message = `Specified signature is not matched with our calculation. server string to sign is:${serverText}`;
  return refusal(400, "SignatureDoesNotMatch", message);
}

function refusal(status: number, code: string, message: string): SignatureCheck {
  return { refusal: { status, code, message } };
}

function isSameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
