import type { ApprovalLink } from "../../bot/notices/approval-notices.ts";
import type { CliContext } from "./command.ts";

export const approvalLinkOf = (_context: CliContext): ApprovalLink => () => undefined;
