import type { Card } from "../../../cards/card.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BusinessClock } from "../../ports/clock.ts";

export type DunningWay = "official-account" | "sms" | "email";
export const DUNNING_WAYS: readonly DunningWay[] = ["official-account", "sms", "email"];

/** What one legal entity is owed of what a message is about. */
export interface DunnedEntity {
  readonly entityId: string;
  readonly entityName: string;
  readonly openFen: Fen;
  readonly billNos: readonly string[];
  /** A signed link to the cashier. */
  readonly payUrl: string;
  /** The letter of a formal notice. */
  readonly letter?: { readonly documentId: string; readonly url: string } | undefined;
}

/** Facts of one dunning message, for the words of bot/notices. */
export interface DunningNotice {
  readonly action: DunningAction;
  readonly tenantName: string;
  readonly dueDate: CivilDate;
  /** Negative before the due date. */
  readonly daysOverdue: number;
  readonly openFen: Fen;
  readonly entities: readonly DunnedEntity[];
}

/** How it is said; by the words of bot/notices. */
export interface DunningWords {
  card(notice: DunningNotice): Card;
  /** An SMS variable holds 35 characters, too few for a signed link: `shortCode` stands behind /s/. */
  sms(notice: DunningNotice, shortCode: string): Readonly<Record<string, string>>;
  mail(notice: DunningNotice, personName: string): { readonly subject: string; readonly text: string };
}

export interface DunningContext {
  readonly clock: BusinessClock;
  /** Undefined: the way is off. */
  readonly officialAccountAppId: string | undefined;
  readonly hasSms: boolean;
  readonly hasEmail: boolean;
  readonly words: DunningWords;
  readonly payUrl: (order: {
    readonly tenantId: string;
    readonly entityId: string;
    readonly billNos: readonly string[];
  }) => string;
  readonly letterUrl: (documentId: string) => string;
}
