import type { Fen } from "../money/fen.ts";
import type { StaffRole } from "../world/property.ts";

/** What needs approval (interfaces.md section 2). */
export const APPROVAL_TYPES = [
  "refund",
  "waiver",
  "write-off",
  "early-invoice",
  "tariff",
  "tax-rate",
  "bank-account",
  "policy",
  "lease",
  "reopen",
  "publish",
] as const;
export type ApprovalType = (typeof APPROVAL_TYPES)[number];
export const isApprovalType = (text: string): text is ApprovalType => APPROVAL_TYPES.some((type) => type === text);

/** `any`: whoever of the staff is another person than the requester; only defaults say it. */
export type ApproverRole = StaffRole | "any";

/** So many different people with this role. */
export interface ApprovalStep {
  readonly role: ApproverRole;
  readonly count: number;
}

/** A row of the policy of one type. The first that fits amount and project decides. */
export interface PolicyRow {
  /** Code of a project; undefined: all. */
  readonly project?: string | undefined;
  /** Inclusive; undefined: any amount. */
  readonly upToFen?: Fen | undefined;
  readonly steps: readonly ApprovalStep[];
}

const one = (role: ApproverRole): ApprovalStep => ({ role, count: 1 });

/** Up to 500 yuan one area manager, up to 5,000 one finance manager; above: finance manager, then CFO (money-rules 11). */
const MONEY_ROWS: readonly PolicyRow[] = [
  { upToFen: 50_000n, steps: [one("area-manager")] },
  { upToFen: 500_000n, steps: [one("finance-manager")] },
  { steps: [one("finance-manager"), one("cfo")] },
];
/** What changes future figures: the one who answers for them. */
const FINANCE_ROWS: readonly PolicyRow[] = [{ steps: [one("finance-manager")] }];
/** Where money goes to, and who may decide at all: two pairs of eyes above the clerk's. */
const CFO_ROWS: readonly PolicyRow[] = [{ steps: [one("finance-manager"), one("cfo")] }];
const COLLEAGUE_ROWS: readonly PolicyRow[] = [{ steps: [one("any")] }];

/** What holds where a park has said nothing, or nothing that fits. */
export const DEFAULT_POLICY: Readonly<Record<ApprovalType, readonly PolicyRow[]>> = {
  refund: MONEY_ROWS,
  waiver: MONEY_ROWS,
  "write-off": MONEY_ROWS,
  "early-invoice": FINANCE_ROWS,
  tariff: FINANCE_ROWS,
  "tax-rate": FINANCE_ROWS,
  "bank-account": CFO_ROWS,
  policy: CFO_ROWS,
  lease: FINANCE_ROWS,
  reopen: COLLEAGUE_ROWS,
  publish: COLLEAGUE_ROWS,
};

/**
 * The steps of a request: those of the first row that fits, the park's own rows before the defaults. `amountFen` is 0n
 * where no money is meant; below zero counts as its absolute value, since a credit is money too.
 */
export function stepsOf(
  type: ApprovalType,
  rows: readonly PolicyRow[],
  subject: { readonly amountFen: Fen; readonly project?: string | undefined },
): readonly ApprovalStep[] {
  const amountFen = subject.amountFen < 0n ? -subject.amountFen : subject.amountFen;
  const fits = (row: PolicyRow): boolean =>
    (row.project === undefined || row.project === subject.project) &&
    (row.upToFen === undefined || amountFen <= row.upToFen);
  const found = rows.find(fits) ?? DEFAULT_POLICY[type].find(fits);
  if (found === undefined) throw new Error(`the default policy of ${type} has no row for every amount`);
  return found.steps;
}
