import type { MailReader } from "../../src/usecases/documents/post-documents.ts";

/** The e-mail that a paper is attached to. */
export const documentMail = (
  document: { readonly fileName: string; readonly shortCode: string },
  reader: MailReader,
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
