import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import type { PhotoNotices } from "../../src/usecases/photos/fetch-photos.ts";
import { SAY_PHOTO } from "../text/photos.zh-CN.ts";

/** What is said about photos when they have come, or could not be kept. */
export const photoNotices = (linkOf: (photoId: string) => string): PhotoNotices => ({
  lost: (subject, reason) => textCard(SAY_PHOTO.lost[subject][reason]),
  slipKept: ({ photoId, tenantName, amountFen }) => ({
    ...textCard(SAY_PHOTO.slipKept(tenantName, formatYuan(amountFen))),
    title: SAY_PHOTO.slipKeptTitle,
    buttons: [{ kind: "link", label: SAY_PHOTO.open, url: linkOf(photoId), style: "primary" }],
  }),
});
