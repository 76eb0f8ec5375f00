import { expect, it } from "vitest";
import { type ChannelAnswer, decideByChannel } from "../../../src/domain/reconciliation/channel-answer.ts";
import type { DifferenceKind } from "../../../src/domain/reconciliation/difference.ts";
import { type ExceptionFacts, proposalsFor } from "../../../src/domain/reconciliation/proposals.ts";

const paid = (amountFen: bigint): ChannelAnswer => ({ about: "payment", state: "paid", amountFen });
const said = (state: "unpaid" | "closed" | "missing"): ChannelAnswer => ({ about: "payment", state });
const refund = (
  state: "succeeded" | "processing" | "closed" | "abnormal" | "missing",
  bookedAsPaid: boolean,
): ChannelAnswer => ({ about: "refund", state, bookedAsPaid });

/** What the channel says when it is asked again, and what becomes of the difference: nothing where it leaves a doubt. */
it.each<[DifferenceKind, Partial<ExceptionFacts>, ChannelAnswer, string | undefined]>([
  ["LOCAL_MISSING", { orderKnown: true, statementFen: 100 }, paid(100n), "settle"],
  ["LOCAL_MISSING", { orderKnown: true, statementFen: 100 }, paid(101n), undefined],
  ["LOCAL_MISSING", { orderKnown: true, statementFen: 100 }, said("unpaid"), undefined],
  ["CHANNEL_MISSING", { statementFen: 0, booksFen: 100 }, paid(100n), "keep"],
  ["CHANNEL_MISSING", { statementFen: 0, booksFen: 100 }, paid(90n), undefined],
  ["CHANNEL_MISSING", { statementFen: 0, booksFen: 100 }, said("closed"), "undo-receipt"],
  ["AMOUNT_MISMATCH", { statementFen: 90, booksFen: 100 }, paid(90n), "accept-statement"],
  ["AMOUNT_MISMATCH", { statementFen: 90, booksFen: 100 }, paid(100n), "keep"],
  ["AMOUNT_MISMATCH", { statementFen: 90, booksFen: 100 }, paid(95n), undefined],
  ["STATUS_MISMATCH", { channelStatus: "SUCCESS", booksFen: 0 }, paid(100n), "restore-receipt"],
  ["STATUS_MISMATCH", { channelStatus: "SUCCESS", booksFen: 0 }, said("closed"), "keep"],
  ["STATUS_MISMATCH", { channelStatus: "REVOKED", statementFen: 0 }, said("closed"), "undo-receipt"],
  ["STATUS_MISMATCH", { channelStatus: "REVOKED", statementFen: 0 }, paid(100n), "keep"],
  // The bill has a refund that our books paid too: right. One that was cancelled here and left there: looked for on 1901.
  ["REFUND_MISMATCH", { channel: true, statementFen: -50, booksFen: -50 }, refund("succeeded", true), "keep"],
  ["REFUND_MISMATCH", { channel: true, statementFen: -50, booksFen: 0 }, refund("succeeded", false), "suspend"],
  // Our books have paid it, the channel has not: it lies on 1901 until somebody knows why.
  ["REFUND_MISMATCH", { channel: true, statementFen: 0, booksFen: -50 }, refund("missing", true), "suspend"],
  ["REFUND_MISMATCH", { channel: true, statementFen: 0, booksFen: -50 }, refund("processing", true), undefined],
  ["REFUND_MISMATCH", { channel: true, statementFen: -50, booksFen: -50 }, refund("closed", true), undefined],
])("%s %j: %o → %s", (kind, facts, answer, proposal) => {
  const complete = { reasons: [], askable: true, ...facts };
  const offered = proposalsFor(kind, complete, 100n).map(({ code }) => code);
  expect(offered).toContain("requery");
  expect(decideByChannel(kind, complete, answer, offered).proposal).toBe(proposal);
});

it("is asked again when it says nothing", () => {
  expect(decideByChannel("LOCAL_MISSING", { reasons: [] }, { about: "payment", state: "unknown" }, ["settle"])).toEqual(
    {
      says: "微信暂时没有答复，稍后自动再查",
      again: true,
    },
  );
});
