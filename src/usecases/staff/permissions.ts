import type { StaffRole } from "../../domain/world/property.ts";
import type { StaffMember } from "./find-staff-member.ts";

/*
 * The one place that says who of the staff may do what, and where: role × entity × project × building. Use cases ask
 * `may`; queries filter their rows by the member's portfolio (portfolio.ts), so that what was forgotten in one place is
 * still refused in the other.
 */

/** What somebody of the staff can do to the affairs of a place. */
export type StaffAction =
  /** Tenants, bills, receivables, payments of the portfolio. */
  | "tenant.read"
  | "task.handle"
  | "meter.report"
  | "payment.collect"
  | "cash.record"
  | "refund.ask"
  | "waiver.ask"
  | "write-off.ask"
  | "approval.read"
  /** Stands for a delegation, not for deciding: who decides is for the policy of the document. */
  | "approval.delegate"
  /** Decides in somebody's name while they are away. */
  | "approval.stand-in"
  | "hold.lift"
  | "exception.resolve"
  | "recon.read"
  | "report.read"
  | "voucher.export"
  | "invoice.handle"
  | "master-data.ask"
  | "period.close"
  | "audit.read";

const EVERYBODY: readonly StaffRole[] = [
  "steward",
  "cashier",
  "area-manager",
  "finance-manager",
  "cfo",
  "auditor",
  "admin",
];
const FINANCE: readonly StaffRole[] = ["finance-manager", "cfo"];

/** Which roles an action wants. Reading is wide, moving money is narrow; admin sees to the system, not to money. */
export const ROLES_OF_ACTION: Readonly<Record<StaffAction, readonly StaffRole[]>> = {
  "tenant.read": EVERYBODY,
  "task.handle": ["steward", "area-manager"],
  "meter.report": ["steward", "area-manager", "admin"],
  "payment.collect": ["steward", "cashier", "area-manager", "finance-manager"],
  "cash.record": ["cashier", "finance-manager"],
  "refund.ask": ["steward", "cashier", "area-manager", "finance-manager"],
  "waiver.ask": ["steward", "cashier", "area-manager", "finance-manager", "cfo"],
  "write-off.ask": ["steward", "cashier", "area-manager", "finance-manager", "cfo"],
  "approval.read": EVERYBODY,
  "approval.delegate": ["area-manager", "finance-manager", "cfo"],
  "approval.stand-in": ["area-manager", "finance-manager", "cfo"],
  "hold.lift": ["area-manager", "finance-manager", "cfo"],
  "exception.resolve": ["cashier", "finance-manager", "cfo"],
  "recon.read": ["cashier", "area-manager", "finance-manager", "cfo", "auditor"],
  "report.read": ["area-manager", "finance-manager", "cfo", "auditor", "admin"],
  "voucher.export": ["finance-manager", "cfo"],
  "invoice.handle": ["cashier", "finance-manager"],
  "master-data.ask": ["area-manager", "finance-manager", "cfo", "admin"],
  "period.close": FINANCE,
  "audit.read": ["finance-manager", "cfo", "auditor", "admin"],
};

/** Where something happens, as far as it is known. Nothing said: it belongs to no place, and only the role counts. */
export interface Place {
  readonly projectId?: string | undefined;
  /** Of what belongs to a tenant as a whole: one of them is enough. */
  readonly projectIds?: readonly string[] | undefined;
  readonly entityId?: string | undefined;
  /**
   * The buildings of the lease, tenant or meter that it is about; empty: of no building (money of nobody yet, a whole project),
   * which is for those alone whose portfolio is not narrowed down. Not said: whoever has the project has it.
   */
  readonly buildingIds?: readonly string[] | undefined;
}

/** Whether somebody of the staff may do this there. */
export const may = (staff: StaffMember, action: StaffAction, where: Place = {}): boolean =>
  ROLES_OF_ACTION[action].some((role) => staff.roles.includes(role)) && covers(staff, where);

/** Whether a place is in somebody's portfolio. */
export const covers = (staff: Pick<StaffMember, "projectIds" | "entityIds" | "buildingIds">, where: Place): boolean =>
  (where.projectId === undefined || staff.projectIds.includes(where.projectId)) &&
  (where.projectIds === undefined || where.projectIds.some((id) => staff.projectIds.includes(id))) &&
  (where.entityId === undefined || staff.entityIds.includes(where.entityId)) &&
  (where.buildingIds === undefined ||
    staff.buildingIds.length === 0 ||
    where.buildingIds.some((id) => staff.buildingIds.includes(id)));
