import { randomUUID } from "node:crypto";
import { Arrivals } from "../http/arrivals.ts";
import type { FaultSwitches } from "../http/fault-switches.ts";
import { isRecord, jsonResponse, type PlainRequest, type PlainResponse, startPlainServer } from "../http/server.ts";
import { checkSignature } from "./signature.ts";

/** A template of the provider's console; `content` holds `${name}` for each variable. */
export interface SmsTemplate {
  readonly code: string;
  readonly content: string;
  /** Verification codes have tighter limits than notices. */
  readonly kind: "verification" | "notice";
}

export interface SmsOptions {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Approved signatures, shown in 【】. */
  readonly signNames: readonly string[];
  readonly templates?: readonly SmsTemplate[];
}

export interface ReceivedSms {
  /** `【签名】text` as the phone shows it. */
  readonly text: string;
  readonly templateCode: string;
  readonly bizId: string;
  readonly atMs: number;
}

export interface Sms {
  readonly url: string;
  readonly faults: FaultSwitches;
  registerTemplate(template: SmsTemplate): void;
  /** What this phone has received, in order of arrival. */
  inbox(phone: string): readonly ReceivedSms[];
  /** The first message on this phone that fits, already there or still to come; rejects after `timeoutMs`. */
  waitForSms(
    phone: string,
    predicate: (message: ReceivedSms) => boolean,
    timeoutMs: number,
    fromIndex?: number,
  ): Promise<ReceivedSms>;
  /** The next message to this phone is refused with a code such as `isv.AMOUNT_NOT_ENOUGH`. */
  failNext(phone: string, code: string, message?: string): void;
  close(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Messages to one phone from one signature: 1 a minute, 5 an hour, 10 a day for codes; 50 a day for notices. */
const limits = {
  verification: [
    { spanMs: minuteMs, messages: 1, text: "触发分钟级流控Permits:1" },
    { spanMs: hourMs, messages: 5, text: "触发小时级流控Permits:5" },
    { spanMs: dayMs, messages: 10, text: "触发天级流控Permits:10" },
  ],
  notice: [{ spanMs: dayMs, messages: 50, text: "触发天级流控Permits:50" }],
} as const;
const maxPhones = 1000;
const maxValueCharacters = 35;

/** Starts a pretend Aliyun short message service: SendSms of API 2017-05-25. */
export async function startSms(
  options: SmsOptions,
  clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number },
): Promise<Sms> {
  const templates = new Map((options.templates ?? []).map((template) => [template.code, template]));
  const inboxes = new Map<string, Arrivals<ReceivedSms>>();
  const armedFailures = new Map<string, { code: string; message: string }[]>();
  const usedNonces = new Set<string>();
  const sent: { phone: string; signName: string; kind: SmsTemplate["kind"]; atMs: number }[] = [];

  /** What the console shows; everything in it is approved. */
  const lists: Readonly<Record<string, (parameters: Readonly<Record<string, string>>) => PlainResponse>> = {
    QuerySmsSignList: (parameters) =>
      listed(
        "SmsSignList",
        options.signNames.map((SignName) => ({
          SignName,
          AuditStatus: "AUDIT_STATE_PASS",
          BusinessType: "验证码类型",
        })),
        parameters,
      ),
    QuerySmsTemplateList: (parameters) =>
      listed(
        "SmsTemplateList",
        [...templates.values()].map(({ code, content, kind }) => ({
          TemplateCode: code,
          TemplateContent: content,
          TemplateType: kind === "verification" ? 0 : 1,
          AuditStatus: "AUDIT_STATE_PASS",
        })),
        parameters,
      ),
  };

  const server = await startPlainServer((request) => {
    const checked = checkSignature(request, options, clocks.wireNowMs());
    if ("refusal" in checked) return gatewayError(request, checked.refusal);
    const { call } = checked;
    const isKnown = call.action === "SendSms" || Object.hasOwn(lists, call.action);
    if (!isKnown || call.version !== "2017-05-25") {
      return gatewayError(request, {
        status: 404,
        code: "InvalidAction.NotFound",
        message: "Specified api is not found, please check your url and method.",
      });
    }
    if (call.nonce === "" || usedNonces.has(call.nonce)) {
      return gatewayError(request, {
        status: 400,
        code: "SignatureNonceUsed",
        message: "Specified signature nonce was used already.",
      });
    }
    usedNonces.add(call.nonce);
    return lists[call.action]?.(call.parameters) ?? sendSms(call.parameters);
  });

  function sendSms(parameters: Readonly<Record<string, string>>): PlainResponse {
    const phones = (parameters.PhoneNumbers ?? "").split(",");
    if (phones.length > maxPhones) return refused("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制");
    if (!phones.every((phone) => /^(?:\+?86)?1[3-9]\d{9}$/.test(phone))) {
      return refused("isv.MOBILE_NUMBER_ILLEGAL", "手机号码格式错误");
    }
    const signName = parameters.SignName ?? "";
    if (!options.signNames.includes(signName)) return refused("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名");
    const template = templates.get(parameters.TemplateCode ?? "");
    if (template === undefined) return refused("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板");
    const filled = fill(template, parameters.TemplateParam);
    if ("code" in filled) return refused(filled.code, filled.message);
    const numbers = phones.map((phone) => phone.slice(-11));
    for (const phone of numbers) {
      const armed = armedFailures.get(phone)?.shift();
      if (armed !== undefined) return refused(armed.code, armed.message);
      const limit = limitReached(phone, signName, template.kind);
      if (limit !== undefined) return refused("isv.BUSINESS_LIMIT_CONTROL", limit);
    }
    const bizId = `${String(Date.now()).slice(0, 12)}${randomUUID().replaceAll(/\D/g, "").slice(0, 6)}^0`;
    for (const phone of numbers) deliver(phone, signName, template, filled.text, bizId);
    return jsonResponse(200, { Message: "OK", RequestId: newRequestId(), Code: "OK", BizId: bizId });
  }

  function limitReached(phone: string, signName: string, kind: SmsTemplate["kind"]): string | undefined {
    const now = clocks.nowMs();
    const earlier = sent.filter((one) => one.phone === phone && one.signName === signName && one.kind === kind);
    return limits[kind].find((limit) => earlier.filter((one) => one.atMs > now - limit.spanMs).length >= limit.messages)
      ?.text;
  }

  function deliver(phone: string, signName: string, template: SmsTemplate, text: string, bizId: string): void {
    const atMs = clocks.nowMs();
    sent.push({ phone, signName, kind: template.kind, atMs });
    inboxOf(phone).add({ text: `【${signName}】${text}`, templateCode: template.code, bizId, atMs });
  }

  function inboxOf(phone: string): Arrivals<ReceivedSms> {
    const inbox = inboxes.get(phone) ?? new Arrivals<ReceivedSms>((message) => message.text);
    inboxes.set(phone, inbox);
    return inbox;
  }

  return {
    url: server.url,
    faults: server.faults,
    registerTemplate: (template) => {
      templates.set(template.code, template);
    },
    inbox: (phone) => inboxOf(phone).items,
    waitForSms: (phone, predicate, timeoutMs, fromIndex) => inboxOf(phone).waitFor(predicate, timeoutMs, fromIndex),
    failNext: (phone, code, message = code) => {
      armedFailures.set(phone, [...(armedFailures.get(phone) ?? []), { code, message }]);
    },
    close: () => server.close(),
  };
}

function fill(
  template: SmsTemplate,
  parameterJson: string | undefined,
): { readonly text: string } | { readonly code: string; readonly message: string } {
  let values: unknown = {};
  try {
    if (parameterJson !== undefined && parameterJson !== "") values = JSON.parse(parameterJson);
  } catch {
    return { code: "isv.INVALID_JSON_PARAM", message: "参数格式错误，请修改为字符串值" };
  }
  if (!isRecord(values)) return { code: "isv.INVALID_JSON_PARAM", message: "参数格式错误，请修改为字符串值" };
  const names = [...template.content.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? "");
  for (const name of names) {
    const value = values[name];
    if (value === undefined || value === "")
      return { code: "isv.TEMPLATE_MISSING_PARAMETERS", message: "模板变量缺少参数" };
    if (typeof value !== "string") return { code: "isv.INVALID_JSON_PARAM", message: "参数格式错误，请修改为字符串值" };
    if (/https?:\/\//i.test(value)) return { code: "isv.PARAM_NOT_SUPPORT_URL", message: "不支持URL" };
    if ([...value].length > maxValueCharacters) return { code: "isv.PARAM_LENGTH_LIMIT", message: "参数超过长度限制" };
  }
  const known = values;
  return { text: template.content.replace(/\$\{(\w+)\}/g, (_whole, name: string) => String(known[name])) };
}

function listed(name: string, items: readonly object[], parameters: Readonly<Record<string, string>>): PlainResponse {
  const page = Number(parameters.PageIndex ?? "1");
  const size = Number(parameters.PageSize ?? "10");
  if (!(page >= 1) || !(size >= 1 && size <= 50)) return refused("isv.INVALID_PARAMETERS", "参数格式不正确");
  return jsonResponse(200, {
    Code: "OK",
    Message: "OK",
    RequestId: newRequestId(),
    TotalCount: items.length,
    CurrentPage: page,
    PageSize: size,
    [name]: items.slice((page - 1) * size, page * size),
  });
}

/** Business refusals come with HTTP 200. */
function refused(code: string, message: string): PlainResponse {
  return jsonResponse(200, { Message: message, RequestId: newRequestId(), Code: code });
}

function gatewayError(
  request: PlainRequest,
  refusal: { readonly status: number; readonly code: string; readonly message: string },
): PlainResponse {
  return jsonResponse(refusal.status, {
    RequestId: newRequestId(),
    Message: refusal.message,
    HostId: request.headers.host ?? "",
    Code: refusal.code,
  });
}

function newRequestId(): string {
  return randomUUID().toUpperCase();
}
