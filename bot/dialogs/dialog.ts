import type { InvoiceKind, InvoiceTitle } from "../../src/domain/invoice/title.ts";
import type { MemberRole } from "../../src/domain/people/tenant-permissions.ts";
import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { RegisterValues } from "../../src/domain/world/property.ts";
import type { Wish } from "../context.ts";

/** What a paper bill's QR code told us, kept while its holder proves who they are. */
export interface SceneMemory {
  readonly tenantId: string;
  readonly billNo: string;
  readonly parkName: string;
}

/**
 * The one open dialog of a conversation; it expires by itself, and its buttons with each of its steps: an answer names
 * the step by `expiresAtMs`. Plain JSON. No phone in it: the code's row knows where it went.
 */
export type Dialog = { readonly expiresAtMs: number } & DialogStep;

export type DialogStep =
  | { readonly name: "bind"; readonly step: "phone"; readonly scene?: SceneMemory }
  | { readonly name: "bind"; readonly step: "code"; readonly codeId: string; readonly scene?: SceneMemory }
  /** Which tenant is meant, and what was wanted when the question came up. */
  | {
      readonly name: "choose-tenant";
      readonly tenantIds: readonly string[];
      readonly tenantNames: readonly string[];
      readonly wish?: Wish;
      readonly words?: string;
    }
  | { readonly name: "unbind" }
  | { readonly name: "forget" }
  /** A stranger with a paper bill gives the name under which an owner is asked. */
  | { readonly name: "ask-to-join"; readonly scene: SceneMemory }
  | { readonly name: "join"; readonly invitationId: string; readonly tenantName: string; readonly role: MemberRole }
  | { readonly name: "invite"; readonly tenantId: string }
  | {
      readonly name: "members";
      readonly tenantId: string;
      readonly memberIds: readonly string[];
      readonly chosen?: string;
    }
  | {
      readonly name: "remove-member";
      readonly tenantId: string;
      readonly memberId: string;
      readonly memberName: string;
    }
  | {
      readonly name: "dispute";
      readonly tenantId: string;
      /** The lines offered, in the order offered. */
      readonly lineIds: readonly string[];
      readonly lineId?: string;
    }
  | { readonly name: "withdraw-dispute"; readonly tenantId: string; readonly lineIds: readonly string[] }
  | {
      readonly name: "refund";
      readonly tenantId: string;
      /** Of the money offered, in the order offered. No account number: it goes to the books, not into the chat's memory. */
      readonly keys: readonly string[];
      readonly key?: string;
      /** Yuan. */
      readonly amount?: string;
      readonly reason?: string;
    }
  | {
      readonly name: "promise";
      readonly tenantId: string;
      readonly until?: CivilDate;
      /** Yuan. */
      readonly amount?: string;
    }
  | {
      readonly name: "title";
      readonly tenantId: string;
      /** No bank account: a conversation is stored as it is. */
      readonly known: Pick<InvoiceTitle, "type" | "name" | "taxNo">;
      /** Numbers that may have been meant. */
      readonly suggestions?: readonly string[];
      /** It is not the lease's party: shall it be kept? */
      readonly confirming?: boolean;
      /** The invoice that waits for it. */
      readonly next?: Wish;
    }
  | {
      readonly name: "invoice";
      readonly tenantId: string;
      readonly wish: Wish;
      readonly kind?: InvoiceKind;
      /** The sum in fen that was shown. */
      readonly shownFen?: string;
    }
  | { readonly name: "prepay"; readonly tenantId: string }
  | {
      readonly name: "claim";
      readonly tenantId: string;
      readonly said: string;
      /** The picture of the slip that came before the amount, as its platform names it. */
      readonly slip?: string;
      /** Kept already: only day and payer are asked. */
      readonly claimId?: string;
      /** Yuan. */
      readonly amount?: string;
    }
  | {
      readonly name: "move-out";
      readonly tenantId: string;
      readonly leaseCode?: string;
      readonly lastDay?: CivilDate;
    }
  /** Why a settlement sheet is objected to. */
  | {
      readonly name: "move-out-objection";
      readonly tenantId: string;
      readonly number: string;
      readonly version: number;
    }
  /** A meter reading, of a tenant or of a colleague. */
  | {
      readonly name: "reading";
      readonly tenantId?: string;
      readonly staffPersonId?: string;
      /** The meters offered, in the order offered. */
      readonly meterCodes: readonly string[];
      readonly meter?: string;
      readonly standsOn: CivilDate;
      /** Said before the meter was clear. */
      readonly said?: string;
      readonly values?: RegisterValues;
      readonly rollover?: boolean;
      /** The picture of the dial, as its platform names it. */
      readonly photo?: string;
    }
  /** A colleague tells what became of a task. */
  | {
      readonly name: "task-note";
      readonly personId: string;
      /** As the platform names them: in a group others speak too. */
      readonly senderId: string;
      readonly number: string;
      readonly result: "promised" | "disputed" | "visited";
      /** Of the lines offered, in the order offered. */
      readonly lineIds?: readonly string[];
      readonly lineId?: string;
    }
  /** Money handed over at the desk, before it is booked. */
  | {
      readonly name: "record-cash";
      readonly personId: string;
      /** As the platform names them: in a group others speak too. */
      readonly senderId: string;
      readonly channel: "cash" | "pos";
      readonly tenantCode: string;
      readonly tenantName: string;
      /** Yuan. */
      readonly amount: string;
      readonly valueDate: CivilDate;
      readonly entityCode?: string;
      readonly slipNo?: string;
    }
  /** A manager who will be away says who decides instead, and until when. */
  | {
      readonly name: "delegate";
      readonly personId: string;
      /** As the platform names them: in a group others speak too. */
      readonly senderId: string;
      readonly toCode?: string;
      readonly toName?: string;
      readonly from: CivilDate;
      readonly until?: CivilDate;
    }
  /** A colleague says why an approval is rejected. */
  | {
      readonly name: "reject-approval";
      readonly personId: string;
      readonly requestId: string;
      readonly version: number;
      readonly number: string;
    };

export type DialogName = Dialog["name"];
export type DialogOf<N extends DialogName> = { readonly expiresAtMs: number } & Extract<DialogStep, { name: N }>;
