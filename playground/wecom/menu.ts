import { isRecord, type PlainResponse } from "../http/server.ts";
import { errorResponse, okResponse, type WecomError } from "./errors.ts";

/** menu/create: three entries of 16 bytes, five of 40 below each. */
export class AppMenu {
  #buttons: readonly unknown[] | undefined;

  get buttons(): readonly unknown[] | undefined {
    return this.#buttons;
  }

  create(body: Readonly<Record<string, unknown>>): PlainResponse {
    const buttons: unknown = body.button;
    if (!Array.isArray(buttons) || buttons.length === 0 || buttons.length > 3) return errorResponse(40016);
    for (const button of buttons as unknown[]) {
      const refusal = refusalOf(button);
      if (refusal !== undefined) return errorResponse(refusal);
    }
    this.#buttons = buttons;
    return okResponse();
  }
}

function refusalOf(button: unknown): WecomError | undefined {
  if (!isRecord(button) || !nameFits(button.name, 16)) return 40018;
  if (!Array.isArray(button.sub_button)) return hasTarget(button) ? undefined : 40035;
  if (button.sub_button.length === 0 || button.sub_button.length > 5) return 40023;
  for (const below of button.sub_button as unknown[]) {
    if (!isRecord(below) || !nameFits(below.name, 40)) return 40025;
    if (!hasTarget(below)) return 40035;
  }
  return undefined;
}

const nameFits = (name: unknown, maxBytes: number): boolean =>
  typeof name === "string" && name !== "" && Buffer.byteLength(name) <= maxBytes;

const hasTarget = (button: Record<string, unknown>): boolean =>
  button.type === "view"
    ? typeof button.url === "string" && button.url !== ""
    : button.type === "click" && typeof button.key === "string" && Buffer.byteLength(button.key) <= 128;
