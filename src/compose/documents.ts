import { lineLabel } from "../../bot/bill-view.ts";
import { SAY } from "../../bot/text/zh-CN.ts";
import type { Config } from "../config/env.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { createDocumentRenderer } from "../documents/browser/renderer.ts";
import { paperHtml } from "../documents/paper-html.ts";
import { deriveLinkKey, signLink } from "../http/h5/link.ts";
import type { DocumentRenderer } from "../ports/document-renderer.ts";
import type { PaperContext, PrintContext } from "../usecases/documents/context.ts";

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
): PrintContext => ({ ...paperContextOf(config, encryption), renderer, paperHtml });
