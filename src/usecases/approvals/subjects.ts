import type { ApprovalType } from "../../domain/approval/policy.ts";
import type { ApprovalSubject } from "./subject.ts";

/** What is done when a document of a type is approved. A new type is one line here and its file. */
export const APPROVAL_SUBJECTS: Partial<Readonly<Record<ApprovalType, ApprovalSubject>>> = {};
