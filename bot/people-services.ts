import type { Fen } from "../src/domain/money/fen.ts";
import type { MemberRole } from "../src/domain/people/tenant-permissions.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { DisputedLine } from "../src/usecases/disputes/dispute-line.ts";
import type { FoundInvitation, Invitation } from "../src/usecases/people/invitations.ts";
import type { DecidedRequest } from "../src/usecases/people/join-requests.ts";
import type { ChangedMember, Member } from "../src/usecases/people/members.ts";
import type { Promisable } from "../src/usecases/promises/promise-to-pay.ts";
import type { DisputableLine } from "../src/usecases/queries/disputable-lines.ts";
import type { EntityStatement } from "../src/usecases/queries/tenant-statement.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { MonthRange } from "./period.ts";

/** What the QR code of a paper bill means. */
export type SceneMeaning =
  | { readonly state: "bill"; readonly tenantId: string; readonly billNo: string; readonly parkName: string }
  | { readonly state: "expired" | "forged" | "foreign" };

/** Who may speak for a tenant, and what we know of a person. Each checks the person's right anew. */
export interface PeopleServices {
  readonly privacyUrl: string;
  openScene(scene: string): Promise<SceneMeaning>;
  members(tenantId: string): Promise<readonly Member[]>;
  inviteMember(tenantId: string, role: MemberRole): Promise<Invitation | Refusal>;
  findInvitation(code: string): Promise<FoundInvitation | "too-many" | undefined>;
  /** `name` for a stranger; somebody known stays who they are. The owners are told. */
  acceptInvitation(invitationId: string, name: string | undefined): Promise<FoundInvitation | undefined>;
  /** Asks the owners of a tenant, or its stewards when no owner can be reached. */
  requestToJoin(tenantId: string, applicantName: string): Promise<"owners-told" | "stewards-told" | "too-many">;
  /** Also tells the applicant. */
  decideJoinRequest(code: string, decision: MemberRole | "refuse"): Promise<DecidedRequest | Refusal>;
  /** Also tells the member. */
  changeMemberRole(tenantId: string, memberId: string, role: MemberRole): Promise<ChangedMember | Refusal>;
  removeMember(tenantId: string, memberId: string): Promise<ChangedMember | Refusal>;
  forget(): Promise<{ readonly ok: true } | Refusal>;
}

/** What a tenant may say about what is owed. Stewards are told; `heard` says whether there was one to tell. */
export interface ClaimServices {
  disputableLines(tenantId: string): Promise<readonly DisputableLine[]>;
  openDispute(
    line: DisputableLine,
    label: string,
    reason: string,
    tenantId: string,
  ): Promise<(DisputedLine & { readonly heard: boolean }) | Refusal>;
  withdrawDispute(line: DisputableLine, label: string, tenantId: string): Promise<DisputedLine | Refusal>;
  promisable(tenantId: string): Promise<Promisable>;
  promiseToPay(
    tenantId: string,
    until: CivilDate,
    amountFen: Fen | undefined,
  ): Promise<({ readonly ok: true } & Promisable) | Refusal>;
  statement(tenantId: string, months: MonthRange): Promise<readonly EntityStatement[]>;
  /** The cashier for any amount as prepayment to one legal entity; undefined: it takes no WeChat payments. */
  prepayLink(
    tenantId: string,
    entityId: string,
    amountFen: Fen,
  ): Promise<{ readonly url: string; readonly expiresAtMs: number } | undefined>;
  /** The legal entities that the tenant rents from or owes to, by name. */
  payees(tenantId: string): Promise<readonly { readonly entityId: string; readonly entityName: string }[]>;
}
