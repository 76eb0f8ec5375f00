import type { SendOutcome } from "./messenger.ts";

/** A template message by SMS; the provider's console holds the wording, we hold its name and parameters. */
export interface SmsMessage {
  /** Mainland number, 11 digits. Never logged. */
  readonly phone: string;
  readonly template: "bind-code" | "bill-notice" | "dunning";
  readonly parameters: Readonly<Record<string, string>>;
  readonly dedupeKey: string;
  /** The request that carries it; absent: one of its own, now. */
  readonly request?: SmsRequest;
}

/** A try, and whatever repeats it without knowing what became of it, is one request. */
export interface SmsRequest {
  /** When it was made first, milliseconds of the wire clock. */
  readonly madeAtMs: number;
  /** It may have been made already: nobody must get it twice. */
  readonly isRepeat: boolean;
}

export interface SmsSender {
  send(message: SmsMessage): Promise<SendOutcome>;
}
