import type { Dingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import type { Environment } from "../../../src/config/env.ts";
import type { FindingCode } from "../../../src/doctor/catalogue.ts";

const NOBODY = "http://127.0.0.1:1";

/** Everything that can be wrong with DingTalk, provoked against the pretend one (dingtalk.test.ts). */
export interface WrongDingtalkSetting {
  readonly code: FindingCode;
  readonly variable: string;
  readonly set?: Environment;
  readonly outside?: (dingtalk: Dingtalk) => void;
  /** What else cannot be right then. */
  readonly also?: readonly FindingCode[];
  readonly says?: string;
}

const setting = (
  code: FindingCode,
  variable: string,
  more: Omit<WrongDingtalkSetting, "code" | "variable">,
): WrongDingtalkSetting => ({ code, variable, ...more });

const refusing = (path: RegExp, code: string) => (dingtalk: Dingtalk) =>
  dingtalk.faults.arm("POST", path, { kind: "refuse", status: 403, body: JSON.stringify({ code, message: "…" }) });

export const WRONG_DINGTALK_SETTINGS: readonly WrongDingtalkSetting[] = [
  setting("DINGTALK_API_UNREACHABLE", "DINGTALK_API_BASE", { set: { DINGTALK_API_BASE: NOBODY } }),
  setting("DINGTALK_OAPI_UNREACHABLE", "DINGTALK_OAPI_BASE", { set: { DINGTALK_OAPI_BASE: NOBODY } }),
  setting("DINGTALK_SECRET_WRONG", "DINGTALK_CLIENT_SECRET", {
    set: { DINGTALK_CLIENT_SECRET: "secret-of-last-year" },
    also: ["DINGTALK_SECRET_MISMATCH"],
  }),
  setting("DINGTALK_ROBOT_CODE_WRONG", "DINGTALK_ROBOT_CODE", {
    set: { DINGTALK_ROBOT_CODE: "dingother" },
    says: "dingother",
  }),
  setting("DINGTALK_PERMISSION", "DINGTALK_CLIENT_ID", {
    outside: refusing(/batchSend/, "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
    says: "AccessTokenPermissionDenied",
  }),
  setting("DINGTALK_REFUSED", "DINGTALK_CLIENT_ID", {
    outside: refusing(/accessToken$/, "Forbidden.AccessDenied.IpNotInWhiteList"),
    says: "IpNotInWhiteList",
  }),
  setting("DINGTALK_TEMPLATE_WRONG", "DINGTALK_CARD_TEMPLATE_ID", {
    set: { DINGTALK_CARD_TEMPLATE_ID: "draft.schema" },
    says: "draft.schema",
  }),
  setting("DINGTALK_CARDS_HALF", "DINGTALK_API_SECRET", { set: { DINGTALK_API_SECRET: undefined } }),
  setting("DINGTALK_CALLBACK_MISSING", "PUBLIC_URL", { set: { PUBLIC_URL: "elsewhere" }, says: "404" }),
  setting("DINGTALK_SECRET_MISMATCH", "DINGTALK_CLIENT_SECRET", {
    // Right at DingTalk; the running server still has the one before.
    outside: () => {},
    set: { PUBLIC_URL: "old-secrets" },
    also: ["DINGTALK_API_SECRET_MISMATCH", "DINGTALK_TOKEN_MISMATCH"],
  }),
  setting("DINGTALK_API_SECRET_MISMATCH", "DINGTALK_API_SECRET", { set: { DINGTALK_API_SECRET: "another-secret" } }),
  setting("DINGTALK_TOKEN_MISMATCH", "DINGTALK_TOKEN", { set: { DINGTALK_TOKEN: "anotherToken" } }),
  setting("DINGTALK_AES_KEY_MISMATCH", "DINGTALK_AES_KEY", {
    set: { DINGTALK_AES_KEY: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" },
  }),
];
