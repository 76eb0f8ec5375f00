import { randomBytes } from "node:crypto";
import type { WecomError } from "./errors.ts";

const LIFE_MS = 72 * 3_600_000;

/** "response_code valid 72 h, one call per code" (reference/platforms.md section 3.5). */
export class ResponseCodes {
  readonly #codes = new Map<string, { readonly taskId: string; readonly issuedMs: number; isUsed: boolean }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  issue(taskId: string): string {
    const code = randomBytes(48).toString("base64url");
    this.#codes.set(code, { taskId, issuedMs: this.#nowMs(), isUsed: false });
    return code;
  }

  /** The card that the code is for, which is then used up; or why not. */
  use(code: unknown): { readonly taskId: string } | { readonly refusal: WecomError } {
    const found = typeof code === "string" ? this.#codes.get(code) : undefined;
    if (found === undefined) return { refusal: 42015 };
    if (found.isUsed) return { refusal: 42022 };
    if (this.#nowMs() - found.issuedMs > LIFE_MS) return { refusal: 42052 };
    found.isUsed = true;
    return { taskId: found.taskId };
  }
}
