import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { FaultSwitches } from "../http/fault-switches.ts";
import {
  jsonResponse,
  type PlainRequest,
  type PlainResponse,
  readJsonObject,
  startPlainServer,
} from "../http/server.ts";

/** A template of the console; `content` holds {1}, {2} … for its variables. */
export interface TencentSmsTemplate {
  readonly id: string;
  readonly content: string;
}

export interface TencentSmsOptions {
  readonly secretId: string;
  readonly secretKey: string;
  readonly sdkAppId: string;
  readonly signNames: readonly string[];
  readonly templates: readonly TencentSmsTemplate[];
}

export interface TencentSms {
  readonly url: string;
  readonly faults: FaultSwitches;
  /** What this phone (11 digits) has received, in order of arrival. */
  inbox(phone: string): readonly { readonly text: string; readonly serialNo: string }[];
  close(): Promise<void>;
}

const maxClockOffsetSeconds = 300;
const thirtySecondsMs = 30_000;

/** Starts a pretend Tencent Cloud SMS: SendSms of version 2021-01-11, signed with TC3-HMAC-SHA256. */
export async function startTencentSms(
  options: TencentSmsOptions,
  clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number },
): Promise<TencentSms> {
  const inboxes = new Map<string, { text: string; serialNo: string }[]>();
  const latest = new Map<string, { text: string; atMs: number }>();
  const server = await startPlainServer((request) => {
    const refusal = checkTc3(request, options, clocks.wireNowMs());
    if (refusal !== undefined) return failed(refusal.code, refusal.message);
    if (request.headers["x-tc-action"] !== "SendSms") return failed("InvalidAction", "The action is not found.");
    if (request.headers["x-tc-version"] !== "2021-01-11") return failed("NoSuchVersion", "The version is not found.");
    if ((request.headers["x-tc-region"] ?? "") === "") return failed("MissingParameter", "X-TC-Region is missing.");
    const body = readJsonObject(request.body);
    return body === undefined ? failed("InvalidParameter", "The body is no JSON object.") : sendSms(body);
  });

  function sendSms(body: Record<string, unknown>): PlainResponse {
    if (body.SmsSdkAppId !== options.sdkAppId)
      return failed("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId");
    if (!options.signNames.includes(String(body.SignName))) {
      return failed("FailedOperation.SignatureIncorrectOrUnapproved", "SignName");
    }
    const template = options.templates.find(({ id }) => id === body.TemplateId);
    if (template === undefined) return failed("FailedOperation.TemplateIncorrectOrUnapproved", "TemplateId");
    const values = Array.isArray(body.TemplateParamSet) ? body.TemplateParamSet : [];
    const count = new Set(template.content.match(/\{\d+\}/g) ?? []).size;
    if (values.length !== count || values.some((value) => typeof value !== "string")) {
      return failed("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "TemplateParamSet");
    }
    const phones = Array.isArray(body.PhoneNumberSet) ? body.PhoneNumberSet.map(String) : [];
    const statuses = phones.map((number) => {
      const phone = number.replace(/^\+86/, "");
      if (!/^1[3-9]\d{9}$/.test(phone)) return status(number, "", "InvalidParameterValue.IncorrectPhoneNumber");
      const text = `【${String(body.SignName)}】${template.content.replace(/\{(\d+)\}/g, (_whole, index: string) => String(values[Number(index) - 1]))}`;
      const before = latest.get(phone);
      if (before !== undefined && before.text === text && clocks.nowMs() - before.atMs < thirtySecondsMs) {
        return status(number, "", "LimitExceeded.PhoneNumberThirtySecondLimit");
      }
      latest.set(phone, { text, atMs: clocks.nowMs() });
      const serialNo = `2024:${randomUUID().replaceAll(/\D/g, "")}`;
      inboxes.set(phone, [...(inboxes.get(phone) ?? []), { text, serialNo }]);
      return status(number, serialNo, "Ok");
    });
    return jsonResponse(200, { Response: { SendStatusSet: statuses, RequestId: randomUUID() } });
  }

  return {
    url: server.url,
    faults: server.faults,
    inbox: (phone) => inboxes.get(phone) ?? [],
    close: () => server.close(),
  };
}

const status = (PhoneNumber: string, SerialNo: string, Code: string) => ({
  SerialNo,
  PhoneNumber,
  Fee: Code === "Ok" ? 1 : 0,
  SessionContext: "",
  Code,
  Message: Code === "Ok" ? "send success" : Code,
  IsoCode: "CN",
});

/** Refusals come with HTTP 200 too. */
const failed = (Code: string, Message: string): PlainResponse =>
  jsonResponse(200, { Response: { Error: { Code, Message }, RequestId: randomUUID() } });

/** cloud.tencent.com/document/api/213/30654: content-type and host must be signed; whatever else is named, too. */
function checkTc3(
  request: PlainRequest,
  { secretId, secretKey }: TencentSmsOptions,
  wireNowMs: number,
): { readonly code: string; readonly message: string } | undefined {
  const match =
    /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/(\w+)\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? "",
    );
  if (match === null) return { code: "AuthFailure.InvalidAuthorization", message: "Authorization" };
  const [, givenId, date = "", service = "", signedHeaders = "", given = ""] = match;
  if (givenId !== secretId) return { code: "AuthFailure.SecretIdNotFound", message: "SecretId" };
  const timestamp = Number(request.headers["x-tc-timestamp"]);
  if (!Number.isInteger(timestamp)) return { code: "MissingParameter", message: "X-TC-Timestamp" };
  if (Math.abs(timestamp - wireNowMs / 1000) > maxClockOffsetSeconds) {
    return { code: "AuthFailure.SignatureExpire", message: "X-TC-Timestamp" };
  }
  const names = signedHeaders.split(";");
  const isSorted = names.join(";") === [...names].sort().join(";");
  const dateOfTime = new Date(timestamp * 1000).toISOString().slice(0, 10);
  if (
    !isSorted ||
    !names.includes("content-type") ||
    !names.includes("host") ||
    date !== dateOfTime ||
    service !== "sms"
  ) {
    return { code: "AuthFailure.SignatureFailure", message: "SignedHeaders or scope" };
  }
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? "").trim().toLowerCase()}\n`).join("");
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const canonical = [request.method, request.path, "", headers, signedHeaders, bodyHash].join("\n");
  const canonicalHash = createHash("sha256").update(canonical).digest("hex");
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${canonicalHash}`;
  const dayKey = createHmac("sha256", `TC3${secretKey}`).update(date).digest();
  const serviceKey = createHmac("sha256", dayKey).update(service).digest();
  const signingKey = createHmac("sha256", serviceKey).update("tc3_request").digest();
  const expected = createHmac("sha256", signingKey).update(text).digest();
  if (!timingSafeEqual(expected, Buffer.from(given, "hex"))) {
    return { code: "AuthFailure.SignatureFailure", message: "Signature" };
  }
  return undefined;
}
