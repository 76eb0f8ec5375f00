/*
 * The one place that says what a tenant's people may do: action × role. Use cases and the chat ask `mayTenant`; before
 * something is done the membership is read once more by query (usecases/people/acting-member.ts), with these same roles.
 */

export const MEMBER_ROLES = ["owner", "finance", "viewer"] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export type TenantAction =
  /** Bills, payments, leases, statements, papers, meters of the own company. */
  | "read"
  /** Is offered to pay, also in advance. */
  | "pay"
  | "line.dispute"
  | "payment.promise"
  | "transfer.claim"
  | "refund.ask"
  | "invoice.ask"
  | "title.edit"
  /** By which way the company hears of what is due. */
  | "reach.choose"
  | "move-out.decide"
  /** Is told of refunds and invoices without having asked. */
  | "money.hear"
  | "members.manage";

const EVERYBODY = MEMBER_ROLES;
/** Those who answer for the company's money. */
const MONEY: readonly MemberRole[] = ["owner", "finance"];

/** Who may what. A viewer reads; owners besides decide who belongs to the company. */
export const ROLES_OF_TENANT_ACTION: Readonly<Record<TenantAction, readonly MemberRole[]>> = {
  read: EVERYBODY,
  pay: MONEY,
  "line.dispute": MONEY,
  "payment.promise": MONEY,
  "transfer.claim": MONEY,
  "refund.ask": MONEY,
  "invoice.ask": MONEY,
  "title.edit": MONEY,
  "reach.choose": MONEY,
  "move-out.decide": MONEY,
  "money.hear": MONEY,
  "members.manage": ["owner"],
};

/** Whether a member of a tenant in this role may do this for the tenant. */
export const mayTenant = (role: MemberRole, action: TenantAction): boolean =>
  ROLES_OF_TENANT_ACTION[action].includes(role);
