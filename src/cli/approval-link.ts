import type { ApprovalLink } from "../../bot/notices/approval-notices.ts";
import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { exceptionLinkOf } from "../compose/exception-links.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import { deriveLinkKey } from "../http/h5/link.ts";
import { pageUrl } from "../http/h5/page-link.ts";
import type { CliContext } from "./command.ts";

/** The page of a document, as the server would sign it. */
export function approvalLinkOf({ config, clock }: CliContext): ApprovalLink {
  const [key] = fieldEncryptionKeys(config);
  if (key === undefined) return () => undefined;
  const linkKey = deriveLinkKey(key);
  return (request) => pageUrl({ publicUrl: config.publicUrl, linkKey, nowMs: clock.nowMs() }, "approval", request.id);
}

/** The page of a photo that is kept as evidence, likewise. */
export function photoPageOf({ config, clock }: CliContext): (photoId: string) => string | undefined {
  const [key] = fieldEncryptionKeys(config);
  if (key === undefined) return () => undefined;
  const link = { publicUrl: config.publicUrl, linkKey: deriveLinkKey(key) };
  return (photoId) => pageUrl({ ...link, nowMs: clock.nowMs() }, "photo", photoId);
}

/** The page of a difference, likewise. */
export function exceptionPageOf({ config, clock }: CliContext): ExceptionLink {
  const [key] = fieldEncryptionKeys(config);
  return key === undefined ? () => undefined : exceptionLinkOf(config.publicUrl, deriveLinkKey(key), clock);
}
