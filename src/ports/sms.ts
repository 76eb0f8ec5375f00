import type { SendOutcome } from "./messenger.ts";

/** A template message by SMS; the provider's console holds the wording, we hold its name and parameters. */
export interface SmsMessage {
  /** Mainland number, 11 digits. Never logged. */
  readonly phone: string;
  readonly template: "bind-code" | "bill-notice" | "dunning";
  readonly parameters: Readonly<Record<string, string>>;
  readonly dedupeKey: string;
}

export interface SmsSender {
  send(message: SmsMessage): Promise<SendOutcome>;
}
