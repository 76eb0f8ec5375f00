import { randomBytes } from "node:crypto";
import type { PlainResponse } from "../http/server.ts";

/** A business answer before it is signed. `value` undefined is 204. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ApiError };

export interface ApiError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly detail?: { readonly field: string; readonly issue: string; readonly location: "body" | "query" | "url" };
}

export function accept(value: unknown): Answer {
  return { ok: true, value };
}

export function refuse(status: number, code: string, message: string): Answer {
  return { ok: false, error: { status, code, message } };
}

export function parameterError(field: string, issue: string, location: "body" | "query" | "url" = "body"): Answer {
  return {
    ok: false,
    error: {
      status: 400,
      code: "PARAM_ERROR",
      message: `输入源“/${location}${field}”${issue}`,
      detail: { field, issue, location },
    },
  };
}

export const mchIdMismatch: Answer = refuse(400, "PARAM_ERROR", "http header中的mchid与post payload中的mchid不匹配");

export function requestId(): string {
  return randomBytes(20).toString("hex").toUpperCase().slice(0, 38);
}

/** Errors carry no signature (reference/wechat-pay.md 1.3). */
export function errorAnswer(error: ApiError, withRequestId = true): PlainResponse {
  const { status, ...body } = error;
  return {
    status,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      ...(withRequestId ? { "Request-ID": requestId() } : {}),
    },
    body: JSON.stringify(body),
  };
}
