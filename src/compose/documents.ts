import { lineLabel } from "../../bot/bill-view.ts";
import { documentCard, documentMail } from "../../bot/notices/document-mail.ts";
import { SAY } from "../../bot/text/zh-CN.ts";
import type { Config } from "../config/env.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import type { Database } from "../db/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { createDocumentRenderer } from "../documents/browser/renderer.ts";
import { createSmtpSender } from "../email/smtp.ts";
import type { PrintForLink } from "../http/h5/document-routes.ts";
import { deriveLinkKey, signLink } from "../http/h5/link.ts";
import { pageLink } from "../http/h5/page-link.ts";
import type { BusinessClock, WireClock } from "../ports/clock.ts";
import type { DocumentRenderer } from "../ports/document-renderer.ts";
import type { DocumentStore } from "../ports/document-store.ts";
import type { EmailSender } from "../ports/email.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { PaperContext, PrintContext } from "../usecases/documents/context.ts";
import { createDocumentStore } from "../usecases/documents/file-store.ts";
import { postDocuments } from "../usecases/documents/post-documents.ts";
import { printDocument } from "../usecases/documents/print-document.ts";

/** What papers say and where their codes lead, by the configuration. */
export function paperContextOf(config: Config, encryption: FieldEncryption): PaperContext {
  const [fieldKey] = fieldEncryptionKeys(config);
  if (fieldKey === undefined) throw new Error("no field encryption key");
  const linkKey = deriveLinkKey(fieldKey);
  const base = config.publicUrl.replace(/\/+$/, "");
  return {
    encryption,
    lineLabel,
    lineName: ({ kind, correction }) => (correction > 0 ? SAY.correction(SAY.charges[kind]) : SAY.charges[kind]),
    lateFeeName: SAY.lateFeeOf,
    payUrl: (order, lastDay) => {
      const expiresAtMs = Date.parse(`${lastDay}T23:59:59+08:00`);
      return `${base}/h5/pay?t=${signLink(linkKey, { ...order, purpose: "pay", expiresAtMs })}`;
    },
    checkUrl: `${base}/h5/document/check`,
  };
}

/** A browser for this process; it starts with the first paper. */
export const rendererOf = (config: Config, onProblem?: (problem: string) => void): DocumentRenderer =>
  createDocumentRenderer({ executablePath: config.browserPath, onProblem });

export const printContextOf = (
  config: Config,
  encryption: FieldEncryption,
  renderer: DocumentRenderer,
): PrintContext => ({ ...paperContextOf(config, encryption), renderer, paperHtml: drawnWhenAsked });

/** The drawing of papers, charts and fonts among it, is read with the first paper: most commands print none. */
const drawnWhenAsked: PrintContext["paperHtml"] = async (paper, authenticity) => {
  const { paperHtml } = await import("../documents/paper-html.ts");
  return paperHtml(paper, authenticity);
};

/** Papers of a running process: given out by link, sent by job, read by the relay. */
export interface Papers {
  link(documentId: string): { readonly url: string; readonly expiresAtMs: number };
  readonly print: PrintForLink;
  post(signal: AbortSignal): Promise<number>;
  readonly store: DocumentStore;
  /** Undefined: e-mail is off. */
  readonly email: EmailSender | undefined;
  close(): Promise<void>;
}

export function createPapers(
  config: Config,
  deps: {
    readonly db: Database;
    readonly encryption: FieldEncryption;
    readonly linkKey: Uint8Array;
    readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
    readonly logger: Logger;
  },
): Papers {
  const { db, encryption, linkKey, clocks, logger } = deps;
  const renderer = rendererOf(config, (problem) => logger.warn({ problem }, "document.browser-problem"));
  const printing = printContextOf(config, encryption, renderer);
  const { mail } = config;
  const link: Papers["link"] = (documentId) =>
    pageLink({ publicUrl: config.publicUrl, linkKey, nowMs: clocks.business.nowMs() }, "document", documentId);
  return {
    link,
    print: (documentId) => printDocument(db, documentId, clocks.business.today(), printing),
    post: (signal) =>
      postDocuments(db, {
        ...printing,
        today: clocks.business.today,
        nowMs: clocks.wire.nowMs,
        mail: mail && documentMail,
        card: (document) => documentCard(document, link(document.documentId).url),
        onProblem: (error, documentId) => logger.error({ err: error, documentId }, "document.not-printed"),
        signal,
      }),
    store: createDocumentStore(db, encryption),
    email: mail && createSmtpSender({ url: mail.smtpUrl.reveal(), from: mail.from }),
    close: () => renderer.close(),
  };
}
