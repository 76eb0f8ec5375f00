import { groupBy } from "../group-by.ts";
import { BANK, CASH } from "../ledger/accounts.ts";
import type { Fen } from "../money/fen.ts";
import type { ExternalAccount, VoucherMapping } from "./account-mapping.ts";
import { SUMMARIES } from "./templates.ts";
import type { Auxiliary, Party, Voucher, VoucherEntry, VoucherEvent, VoucherPair, VoucherWord } from "./voucher.ts";

/** Why an event can't become a voucher: it has no summary, or an account of it is unknown over there. */
export interface Unmapped {
  readonly what: "event" | "account";
  /** Event type or account code. */
  readonly code: string;
  /** How many events wait for it. */
  readonly events: number;
}

export interface VoucherPlan {
  readonly vouchers: readonly Voucher[];
  /** Never put on a default account: nothing may be exported while there is one. */
  readonly unmapped: readonly Unmapped[];
}

/**
 * Turns events of one entity, in booking order, into balanced vouchers. Within a voucher the sides of one account,
 * customer and project are one entry each; debit and credit are never set off against each other, so that Σ per account
 * and auxiliary is the ledger's movement on both sides.
 */
export function makeVouchers(events: readonly VoucherEvent[], mapping: VoucherMapping): VoucherPlan {
  const unmapped = unmappedOf(events, mapping);
  if (unmapped.length > 0) return { vouchers: [], unmapped };
  const vouchers = [...groupBy(events, (event) => groupKey(event, mapping)).values()].map((group) =>
    voucherOf(group, mapping),
  );
  return { vouchers, unmapped };
}

function unmappedOf(events: readonly VoucherEvent[], mapping: VoucherMapping): Unmapped[] {
  const counts = new Map<string, Unmapped>();
  const count = (what: Unmapped["what"], code: string): void => {
    const key = `${what}|${code}`;
    counts.set(key, { what, code, events: (counts.get(key)?.events ?? 0) + 1 });
  };
  for (const event of events) {
    if (!SUMMARIES.has(event.type)) count("event", event.type);
    const accounts = new Set(event.pairs.flatMap((pair) => [pair.debit, pair.credit]));
    for (const account of accounts) if (!mapping.accounts.has(account)) count("account", account);
  }
  return [...counts.values()].sort((a, b) => (`${a.what}|${a.code}` < `${b.what}|${b.code}` ? -1 : 1));
}

const groupKey = (event: VoucherEvent, { grouping, words }: VoucherMapping): string =>
  grouping === "event" ? event.id : `${event.bookingDate}|${event.type}|${wordOf(event.pairs, words)}`;

function voucherOf(group: readonly VoucherEvent[], mapping: VoucherMapping): Voucher {
  const [first] = group;
  if (!first) throw new Error("a voucher of no event");
  const documents = [...new Set(group.map((event) => event.documentNo).filter((text) => text !== ""))];
  const documentNo = documents.length === 1 ? (documents[0] ?? "") : "";
  const title = SUMMARIES.get(first.type) ?? first.type;
  const subject = documentNo === "" ? (group.length > 1 ? `${group.length} 笔` : "") : documentNo;
  return {
    date: first.bookingDate,
    word: wordOf(
      group.flatMap((event) => event.pairs),
      mapping.words,
    ),
    documentNo,
    eventIds: group.map((event) => event.id),
    entries: entriesOf(
      group.flatMap((event) => event.pairs),
      mapping,
      [title, subject],
    ),
  };
}

const isMoney = (account: string): boolean => account === CASH || account === BANK || account.startsWith("1012");

function wordOf(pairs: readonly VoucherPair[], words: VoucherMapping["words"]): VoucherWord {
  if (words === "single") return "记";
  const comesIn = pairs.some((pair) => isMoney(pair.debit));
  const goesOut = pairs.some((pair) => isMoney(pair.credit));
  // Money from one pocket to the other is a payment by the books' convention (存取款填付款凭证).
  if (goesOut) return "付";
  return comesIn ? "收" : "转";
}

interface Side {
  readonly side: "debit" | "credit";
  readonly account: string;
  readonly tenant: Party | undefined;
  readonly project: Party | undefined;
  readonly amountFen: Fen;
}

function entriesOf(
  pairs: readonly VoucherPair[],
  mapping: VoucherMapping,
  words: readonly string[],
): readonly VoucherEntry[] {
  const sums = new Map<string, Side>();
  for (const side of pairs.flatMap((pair) => sidesOf(pair, mapping))) {
    // Sorted by this key too: debits before credits ("debit" > "credit"), then account, project, tenant.
    const key = [
      side.side === "debit" ? 0 : 1,
      side.account,
      side.project?.name,
      side.tenant?.name,
      side.tenant?.id,
    ].join("|");
    const known = sums.get(key);
    sums.set(key, { ...side, amountFen: (known?.amountFen ?? 0n) + side.amountFen });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, side]) => {
      const external = externalOf(mapping, side.account);
      return {
        summary: [...words, side.tenant?.name ?? ""].filter((word) => word !== "").join(" "),
        account: side.account,
        externalCode: external.code,
        externalName: external.name,
        debitFen: side.side === "debit" ? side.amountFen : 0n,
        creditFen: side.side === "credit" ? side.amountFen : 0n,
        tenantId: side.tenant?.id,
        projectId: side.project?.id,
      };
    });
}

/** Both sides of a pair, each with the auxiliaries that its account is kept by. */
function sidesOf(pair: VoucherPair, mapping: VoucherMapping): Side[] {
  const sideOf = (side: Side["side"], account: string): Side => {
    const { auxiliaries } = externalOf(mapping, account);
    const kept = (auxiliary: Auxiliary, party: Party | undefined) =>
      auxiliaries.includes(auxiliary) ? party : undefined;
    return {
      side,
      account,
      tenant: kept("customer", pair.tenant),
      project: kept("project", pair.project),
      amountFen: pair.amountFen,
    };
  };
  return [sideOf("debit", pair.debit), sideOf("credit", pair.credit)];
}

function externalOf(mapping: VoucherMapping, account: string): ExternalAccount {
  const external = mapping.accounts.get(account);
  if (!external) throw new Error(`account ${account} is not mapped`);
  return external;
}
