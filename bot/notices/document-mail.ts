import type { Card } from "../../cards/card.ts";
import type { PaperReader } from "../../src/usecases/documents/post-documents.ts";
import { SAY_DOCUMENTS } from "../text/documents.zh-CN.ts";

/** The e-mail that a paper is attached to. */
export const documentMail = (
  document: { readonly fileName: string; readonly shortCode: string },
  reader: PaperReader,
): { readonly subject: string; readonly text: string } => ({
  subject: `${reader.tenantName} ${document.fileName.replace(/\.pdf$/, "")}`,
  text: [
    `${reader.personName}，您好！`,
    "",
    `附件是${reader.tenantName}的${document.fileName.replace(/\.pdf$/, "")}，请查收。`,
    `附件页脚的校验码是 ${document.shortCode}，可以在附件最后一页写明的网址核对真伪。`,
    "查账单、缴费、开发票请在微信公众号里直接回复；本邮件由系统发出，请勿回复。",
    "",
  ].join("\n"),
});

/** A paper that cannot go as a file: its name and a link to it. */
export const documentCard = (document: { readonly fileName: string }, url: string): Card => ({
  name: "text",
  title: document.fileName.replace(/\.pdf$/, ""),
  rows: [],
  paragraphs: [SAY_DOCUMENTS.hint],
  buttons: [{ kind: "link", label: SAY_DOCUMENTS.openPaper, url, style: "primary" }],
  link: url,
});
