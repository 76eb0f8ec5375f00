import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWecom, type Wecom } from "../../../../playground/wecom/wecom.ts";
import { createAppMenu } from "../../../../src/platforms/wecom/menu.ts";
import { createAccessTokens } from "../../../../src/platforms/wecom/token.ts";
import { inMemorySharedState } from "../../../contract/messenger/in-memory-shared-state.ts";

let wecom: Wecom;
beforeEach(async () => {
  wecom = await startWecom(
    { corpId: "ww1", agentId: 7, secret: "s", token: "t", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" },
    { nowMs: Date.now, wireNowMs: Date.now },
  );
});
afterEach(() => wecom.close());

const tokensFor = (secret = "s") =>
  createAccessTokens({ corpId: "ww1", agentId: 7, secret, apiBase: wecom.url }, inMemorySharedState());
const publish = (...entries: Parameters<typeof createAppMenu>[3]) =>
  createAppMenu({ apiBase: wecom.url }, tokensFor(), 7, entries);

describe("the menu of the app", () => {
  it("has entries that ask us, entries that open pages, and columns", async () => {
    const result = await publish(
      { name: "待我审批", action: { type: "help" } },
      { name: "更多", entries: [{ name: "网页", url: "https://park.example.com/" }] },
    );
    expect(result).toEqual({ state: "created" });
    expect(wecom.menu.buttons).toEqual([
      { type: "click", name: "待我审批", key: "1:help" },
      { name: "更多", sub_button: [{ type: "view", name: "网页", url: "https://park.example.com/" }] },
    ]);
  });

  it("says why it is not made", async () => {
    expect(await publish({ name: "六个汉字太长了", action: { type: "help" } })).toMatchObject({
      state: "failed",
      code: "40018",
    });
    const other = await createAppMenu({ apiBase: wecom.url }, tokensFor("wrong"), 7, [
      { name: "帮助", action: { type: "help" } },
    ]);
    expect(other).toMatchObject({ state: "failed", code: "40001" });
    expect(JSON.stringify(other)).not.toContain("wrong");
  });

  it("has 1 to 3 entries", async () => {
    await expect(publish()).rejects.toThrow(RangeError);
  });
});
