import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly source: string;
}

export interface Mailbox {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** What the server says to the next messages at this stage, in order; afterwards it takes them again. */
  refuse(stage: "recipient" | "data", ...codes: readonly number[]): void;
  /** Takes the next message and hangs up instead of saying so. */
  hangUpAfterNext(): void;
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it gets. */
export async function openMailbox(): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  const refusals = { recipient: [] as number[], data: [] as number[] };
  let hangUp = false;
  const refusal = (stage: "recipient" | "data"): Error | null => {
    const code = refusals[stage].shift();
    return code === undefined ? null : Object.assign(new Error("not today"), { responseCode: code });
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onRcptTo: (_address, _session, callback) => callback(refusal("recipient")),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const refused = refusal("data");
        if (!refused) {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            source: Buffer.concat(chunks).toString("latin1"),
          });
        }
        if (hangUp) {
          hangUp = false;
          for (const connection of server.connections) connection._socket.destroy();
          return;
        }
        callback(refused);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    refuse: (stage, ...codes) => void refusals[stage].push(...codes),
    hangUpAfterNext() {
      hangUp = true;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The attachments of a mail as it came, by name; names of RFC 2231 and encoded words both count. */
export function attachmentsOf(mail: ReceivedMail): Map<string, Buffer> {
  const boundary = /boundary="([^"]+)"/.exec(mail.source)?.[1] ?? "";
  const parts = mail.source.split(`--${boundary}`).slice(1, -1);
  return new Map(
    parts.flatMap((part) => {
      const at = part.indexOf("\r\n\r\n");
      const head = part.slice(0, at).replaceAll(/\r\n\s+/g, " ");
      if (!/Content-Disposition: attachment/i.test(head)) return [];
      const pieces = [...head.matchAll(/filename\*\d+\*?=(?:utf-8'')?([^;\s]+)/gi)].map(([, piece = ""]) => piece);
      const plain = /filename="?([^";]+)/i.exec(head)?.[1] ?? "";
      const name = pieces.length > 0 ? decodeURIComponent(pieces.join("")) : decodeWords(plain);
      return [[name, Buffer.from(part.slice(at + 4), "base64")] as const];
    }),
  );
}

/** RFC 2047: the subject as a person reads it. */
export const subjectOf = (mail: ReceivedMail): string =>
  decodeWords((/^Subject: ((?:.*\r\n[ \t])*.*)\r\n/m.exec(mail.source)?.[1] ?? "").replaceAll(/\r\n[ \t]/g, " "));

const decodeWords = (text: string): string =>
  text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : Buffer.from(
            word
              .replaceAll("_", " ")
              .replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            "latin1",
          ).toString("utf8"),
    );
