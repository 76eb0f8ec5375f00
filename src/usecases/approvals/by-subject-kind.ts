import type { ApprovalRequest } from "./approval.ts";
import type { ApprovalSubject } from "./subject.ts";

/** One type of the policy for several kinds of subjects: `special` by subjectKind, everything else is `usual`. */
export function bySubjectKind(
  usual: ApprovalSubject,
  special: Readonly<Record<string, ApprovalSubject>>,
): ApprovalSubject {
  const of = (request: ApprovalRequest): ApprovalSubject => special[request.subjectKind] ?? usual;
  return {
    type: usual.type,
    apply: (tx, request, context) => of(request).apply(tx, request, context),
    release: async (tx, request, how, context) => of(request).release?.(tx, request, how, context),
  };
}
