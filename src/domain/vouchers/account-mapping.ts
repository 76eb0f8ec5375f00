import { CHART_OF_ACCOUNTS } from "../ledger/accounts.ts";
import type { Auxiliary } from "./voucher.ts";

/** An account as the accounting software of an entity knows it. */
export interface ExternalAccount {
  readonly code: string;
  readonly name: string;
  readonly auxiliaries: readonly Auxiliary[];
}

/** How an entity's ledger becomes vouchers: data, kept in versions. */
export interface VoucherMapping {
  /** 0: the built-in chart, which holds until the entity gives its own. */
  readonly version: number;
  /** 账簿 or 账套号 over there; default: the entity's code. */
  readonly bookCode: string;
  /** A voucher for each event, or one for all events of a kind on a day. */
  readonly grouping: "event" | "day";
  readonly words: "single" | "three";
  /** By our account code. What is missing can't be exported. */
  readonly accounts: ReadonlyMap<string, ExternalAccount>;
}

/** The chart of money-rules 9 under its own codes; what is kept per tenant carries the customer, income the project. */
export const builtInMapping = (bookCode: string): VoucherMapping => ({
  version: 0,
  bookCode,
  grouping: "event",
  words: "single",
  accounts: new Map(
    CHART_OF_ACCOUNTS.map(({ code, name, byTenant }) => [
      code,
      { code, name, auxiliaries: [...(byTenant ? (["customer"] as const) : []), ...projectOf(code)] },
    ]),
  ),
});

/** Income and what is borne for the pools is read by project. */
const projectOf = (code: string): readonly Auxiliary[] => (code.startsWith("6") ? ["project"] : []);
