import { isRecord, type PlainResponse } from "../http/server.ts";
import { errorResponse, type OfficialAccountError, okResponse } from "./errors.ts";

/** The account's menu as `menu/create` stored it. */
export class AccountMenu {
  #buttons: readonly unknown[] | undefined;

  /** The stored body, for a page that draws the phone. */
  get buttons(): readonly unknown[] | undefined {
    return this.#buttons;
  }

  /** POST /cgi-bin/menu/create: at most three buttons with at most five below each; names of 16 and 60 bytes. */
  create(body: Readonly<Record<string, unknown>>): PlainResponse {
    const buttons: unknown = body.button;
    if (!Array.isArray(buttons) || buttons.length === 0 || buttons.length > 3) return errorResponse(40016);
    for (const button of buttons as unknown[]) {
      const refusal = refusalOfButton(button);
      if (refusal !== undefined) return errorResponse(refusal);
    }
    this.#buttons = buttons;
    return okResponse();
  }

  hasClickKey(key: string): boolean {
    if (this.#buttons === undefined) return true;
    return this.#buttons.flatMap(subButtonsOrSelf).some((button) => button.type === "click" && button.key === key);
  }
}

function subButtonsOrSelf(button: unknown): Record<string, unknown>[] {
  if (!isRecord(button)) return [];
  return Array.isArray(button.sub_button) ? (button.sub_button as unknown[]).filter(isRecord) : [button];
}

function refusalOfButton(button: unknown): OfficialAccountError | undefined {
  if (!isRecord(button) || !nameFits(button.name, 16)) return 40018;
  if (!Array.isArray(button.sub_button)) return hasTarget(button) ? undefined : 40035;
  if (button.sub_button.length === 0 || button.sub_button.length > 5) return 40023;
  for (const below of button.sub_button as unknown[]) {
    if (!isRecord(below) || !nameFits(below.name, 60)) return 40025;
    if (!hasTarget(below)) return 40035;
  }
  return undefined;
}

function nameFits(name: unknown, maxBytes: number): boolean {
  return typeof name === "string" && name !== "" && Buffer.byteLength(name) <= maxBytes;
}

function hasTarget(button: Record<string, unknown>): boolean {
  if (button.type === "view") return typeof button.url === "string" && button.url !== "";
  return typeof button.type === "string" && typeof button.key === "string" && button.key !== "";
}
