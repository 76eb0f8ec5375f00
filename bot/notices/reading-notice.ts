import { type Card, textCard } from "../../cards/card.ts";
import { tellValues } from "../../src/domain/metering/judge-reading.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { ChatMeter, ReportedReading } from "../../src/usecases/readings/chat-meters.ts";
import { nameOf } from "../dialogs/reading.ts";
import { SAY_METERS as SAY } from "../text/meters.zh-CN.ts";
import { SAY_PHOTO } from "../text/photos.zh-CN.ts";

/** For the stewards of a meter: a tenant's reading waits for them. */
export const readingProposedNotice = (proposal: {
  readonly tenantName: string;
  readonly meter: ChatMeter;
  readonly reading: ReportedReading;
  readonly reference: string;
  readonly photoUrl: string | undefined;
  readonly reason?: string | undefined;
}): Card => ({
  ...textCard(
    SAY.toSteward(
      proposal.tenantName,
      nameOf(proposal.meter),
      formatDate(proposal.reading.standsOn),
      tellValues(proposal.meter, proposal.reading.values),
    ),
    ...(proposal.reason === undefined ? [] : [proposal.reason]),
    ...(proposal.photoUrl === undefined ? [] : [SAY.toStewardPhoto]),
    SAY.toStewardDecide(proposal.reference),
  ),
  ...(proposal.photoUrl === undefined
    ? {}
    : { buttons: [{ kind: "link", label: SAY_PHOTO.open, url: proposal.photoUrl }] as const }),
});
