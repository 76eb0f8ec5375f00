import type { ApprovalLink } from "../../bot/notices/approval-notices.ts";
import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { exceptionLinkOf } from "../compose/exception-links.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import { approvalPageUrl } from "../http/h5/approval-link.ts";
import { deriveLinkKey } from "../http/h5/link.ts";
import type { CliContext } from "./command.ts";

/** The page of a document, as the server would sign it. */
export function approvalLinkOf({ config, clock }: CliContext): ApprovalLink {
  const [key] = fieldEncryptionKeys(config);
  if (key === undefined) return () => undefined;
  const linkKey = deriveLinkKey(key);
  return (request) => approvalPageUrl({ publicUrl: config.publicUrl, linkKey, nowMs: clock.nowMs() }, request);
}

/** The page of a difference, likewise. */
export function exceptionPageOf({ config, clock }: CliContext): ExceptionLink {
  const [key] = fieldEncryptionKeys(config);
  return key === undefined ? () => undefined : exceptionLinkOf(config.publicUrl, deriveLinkKey(key), clock);
}
