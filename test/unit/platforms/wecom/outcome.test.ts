import { describe, expect, it } from "vitest";
import { failureOutcome } from "../../../../src/platforms/wecom/error-codes.ts";
import { sendingOutcomeOf } from "../../../../src/platforms/wecom/outcome.ts";

const answered = (json: Readonly<Record<string, unknown>>) => ({ state: "answered", json }) as const;

describe("what WeCom says of a message to one member", () => {
  it("is believed when nothing is wrong, with its number and the code for the card", () => {
    const json = { errcode: 0, errmsg: "ok", msgid: "M1", response_code: "R1" };
    expect(sendingOutcomeOf(answered(json), "ZhangWei", "app-template_card")).toEqual({
      state: "accepted",
      channel: "app-template_card",
      vendorId: "M1",
      responseCode: "R1",
    });
  });

  it.each([
    ["named in a list with bars", { invaliduser: "LiSi|zhangwei" }, "INVALID_USER", true],
    ["named in a list of an update", { invaliduser: ["zhangwei"] }, "INVALID_USER", true],
    ["without a licence", { unlicenseduser: "ZhangWei" }, "UNLICENSED_USER", false],
  ])("is a refusal although errcode is 0, when the member is %s", (_how, more, code, recipientGone) => {
    const outcome = sendingOutcomeOf(answered({ errcode: 0, errmsg: "ok", msgid: "M1", ...more }), "ZhangWei", "app");
    expect(outcome).toMatchObject({ state: "refused", code, recipientGone });
  });

  it("concerns nobody else: another member's refusal is not ours", () => {
    const json = { errcode: 0, invaliduser: "ZhangWeiMing", invalidparty: "1" };
    expect(sendingOutcomeOf(answered(json), "ZhangWei", "app")).toMatchObject({ state: "accepted" });
  });
});

describe("an error code", () => {
  it.each([
    [-1, { state: "later" }],
    [45009, { state: "later" }],
    [45033, { state: "later" }],
    [60020, { state: "later" }],
    [43012, { state: "later" }],
    [40003, { state: "refused", recipientGone: true }],
    [60111, { state: "refused", recipientGone: true }],
    [81013, { state: "refused", recipientGone: true }],
    [42022, { state: "refused", responseCodeSpent: true, recipientGone: false }],
    [42052, { state: "refused", responseCodeSpent: true }],
    [42045, { state: "refused", recipientGone: false }],
    [40058, { state: "refused", recipientGone: false }],
    [99999, { state: "refused", recipientGone: false }],
  ])("%s is %o", (code, outcome) => {
    expect(failureOutcome(code, "words")).toMatchObject({ ...outcome, code: String(code) });
  });
});
