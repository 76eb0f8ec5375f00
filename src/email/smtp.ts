import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import type { EmailMessage, EmailSender } from "../ports/email.ts";
import type { SendOutcome } from "../ports/messenger.ts";

export interface SmtpConfig {
  /** SMTP_URL: smtp://user:password@host:587, smtps://…:465. Never logged. */
  readonly url: string;
  /** MAIL_FROM: 园账通 <bills@example.com> */
  readonly from: string;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const RETRY_MS = 60_000;

/** Sends by SMTP, a connection for each message: there are few of them, and servers close idle ones. */
export function createSmtpSender(config: SmtpConfig): EmailSender {
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const transport = createTransport({
    url: config.url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What we attach is in memory; a message must not be able to name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([\w.-]+)/.exec(config.from)?.[1] ?? "localhost";
  return {
    async send(message) {
      try {
        const sent = await transport.sendMail({
          from: config.from,
          to: { name: "", address: message.to },
          subject: message.subject,
          text: message.text,
          messageId: messageIdOf(message, domain),
          headers: { "Auto-Submitted": "auto-generated" },
          attachments: message.attachments.map(({ fileName, mediaType, bytes }) => ({
            filename: fileName,
            contentType: mediaType,
            content: Buffer.from(bytes),
          })),
        });
        return { state: "accepted", channel: "smtp", vendorId: sent.messageId };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

const messageIdOf = ({ dedupeKey }: EmailMessage, domain: string): string =>
  `<${createHash("sha256").update(dedupeKey).digest("hex").slice(0, 32)}@${domain}>`;

/** What nodemailer throws. The texts of servers may quote the address, so only codes are kept. */
interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
  readonly syscall?: string;
}

/** Once connected nobody can tell how far it got: it may have arrived, and its id keeps a second one from being seen. */
function outcomeOf(error: unknown): SendOutcome {
  const { code = "ESMTP", responseCode, command = "", syscall } = (error ?? {}) as SmtpError;
  if (responseCode !== undefined) {
    const reason = `the mail server answered ${responseCode} to ${command}`;
    if (responseCode < 500) return { state: "later", code: `SMTP_${responseCode}`, reason, retryAfterMs: RETRY_MS };
    // 535 and the like are about us, not about the addressee.
    const recipientGone = command === "RCPT TO" && [550, 551, 553].includes(responseCode);
    return { state: "refused", code: `SMTP_${responseCode}`, reason, recipientGone };
  }
  if (code === "EENVELOPE") {
    return { state: "refused", code: "BAD_ADDRESS", reason: "not an address that mail can go to", recipientGone: true };
  }
  if (code === "EDNS" || syscall === "connect") {
    return { state: "later", code, reason: "the mail server cannot be reached", retryAfterMs: RETRY_MS };
  }
  return { state: "unknown", reason: `the mail server went away (${code})` };
}
