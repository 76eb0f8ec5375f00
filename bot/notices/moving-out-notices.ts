import type { Card } from "../../cards/card.ts";
import { settlementCard } from "../../cards/settlement-card.ts";
import { SETTLEMENT_TEXT as TEXT } from "../../cards/settlement-text.zh-CN.ts";
import { currentStep } from "../../src/domain/moving-out/steps.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { MoveOutAlert, MoveOutNotices, MoveOutOccasion } from "../../src/usecases/moving-out/context.ts";
import type { MoveOutProgress } from "../../src/usecases/moving-out/progress.ts";
import type { StoredMoveOut } from "../../src/usecases/moving-out/stored-move-out.ts";

/** Address of a paper; undefined: none is given out. */
export type PaperUrl = (documentId: string) => string | undefined;

/** The cards that settlements send by themselves. */
export const movingOutNotices = (
  officialAccountAppId: string | undefined,
  paperUrl: PaperUrl = () => undefined,
): MoveOutNotices => ({
  officialAccountAppId,
  tenantCard: (occasion, progress, decides) =>
    progressCard(progress, {
      title: TEXT.titles[occasion],
      paragraphs: [wordsOf(occasion, progress)],
      decides,
      paperUrl,
    }),
  staffCard,
});

/** 退租进度 for whoever asks. `decides`: a member of the tenant who may confirm; `proceeds`: a colleague who may go on. */
export function progressCard(
  progress: MoveOutProgress,
  options: {
    readonly title?: string;
    readonly paragraphs?: readonly string[];
    readonly decides?: boolean;
    readonly proceeds?: boolean;
    readonly paperUrl?: PaperUrl;
  } = {},
): Card {
  const { moveOut, steps, documentId } = progress;
  const now = currentStep(steps);
  const asks = now?.step === "consent" && moveOut.consent === "asked";
  const goesOn = now !== undefined && (now.state === "now" || now.why === "early-end-request");
  const { number, tenantName, leaseCode, units, lastDay } = moveOut;
  return settlementCard({
    title: options.title ?? TEXT.title,
    number,
    tenantName,
    leaseCode,
    units,
    lastDay,
    ...progress,
    paragraphs: [
      ...(options.paragraphs ?? []),
      ...(options.proceeds ? progress.parked : []),
      ...(now?.why === "payout-account" ? [TEXT.words.accountNeeded] : []),
    ],
    decides: options.decides && asks ? moveOut.sheetVersion : undefined,
    proceeds: options.proceeds === undefined ? undefined : options.proceeds && goesOn,
    paperUrl: documentId === null ? undefined : options.paperUrl?.(documentId),
  });
}

const wordsOf = (occasion: MoveOutOccasion, { moveOut }: MoveOutProgress): string =>
  occasion === "noticed" && moveOut.leaseEnd > moveOut.lastDay
    ? `${TEXT.words.noticed}${TEXT.waits["early-end-request"]}。`
    : TEXT.words[occasion];

function staffCard(alert: MoveOutAlert, moveOut: StoredMoveOut): Card {
  return {
    name: "settlement",
    title: TEXT.alerts[alert],
    subtitle: moveOut.tenantName,
    rows: [
      { label: TEXT.number, value: moveOut.number },
      { label: TEXT.lease, value: `${moveOut.leaseCode}（${moveOut.units.join("、")}）` },
      { label: TEXT.lastDay, value: formatDate(moveOut.lastDay) },
    ],
    paragraphs: moveOut.objection === null ? [] : [TEXT.objection(moveOut.objection)],
    buttons: [{ kind: "action", label: TEXT.show, action: { type: "move-out.show", number: moveOut.number } }],
  };
}
