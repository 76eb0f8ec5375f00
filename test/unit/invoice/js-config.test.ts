import { describe, expect, it } from "vitest";
import { createJsConfigSigner, signPage } from "../../../src/platforms/official-account/js-config.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";

describe("a page signed for WeChat's own functions", () => {
  it("as WeChat's document does it (JS-SDK, appendix 1)", () => {
    const page = {
      ticket: "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
      nonceStr: "Wm3WZYTPz0wzccnW",
      timestamp: 1_414_587_457,
      pageUrl: "http://mp.weixin.qq.com?params=value",
    };
    expect(signPage(page)).toBe("0f9de62fce790f9a083d5c99e95740ceb90c27ed");
    expect(signPage({ ...page, pageUrl: `${page.pageUrl}#below` })).toBe("0f9de62fce790f9a083d5c99e95740ceb90c27ed");
  });

  const signerThat = (answers: readonly object[]) => {
    const asked: string[] = [];
    const renewals: string[] = [];
    let next = 0;
    const signer = createJsConfigSigner(
      {
        appId: "wx1",
        apiBase: "https://api.example.com",
        fetch: async (url) => {
          asked.push(String(url));
          const answer = answers[Math.min(next, answers.length - 1)];
          next += 1;
          return new Response(JSON.stringify(answer));
        },
      },
      {
        current: async () => "t1",
        renewed: async (failed) => {
          renewals.push(failed);
          return "t2";
        },
      },
      inMemorySharedState(),
      { nowMs: () => 1_414_587_457_000 },
    );
    return { signer, asked, renewals };
  };

  it("asks for a ticket once, and for another token when the first one is refused", async () => {
    const { signer, asked, renewals } = signerThat([
      { errcode: 40001, errmsg: "invalid credential" },
      { errcode: 0, ticket: "T", expires_in: 7200 },
    ]);
    const first = await signer("https://park.example.com/h5/title?t=x");
    const second = await signer("https://park.example.com/h5/title?t=x");
    expect(first).toMatchObject({ appId: "wx1", timestamp: 1_414_587_457 });
    expect(first?.signature).toBe(
      signPage({
        ticket: "T",
        nonceStr: first?.nonceStr ?? "",
        timestamp: 1_414_587_457,
        pageUrl: "https://park.example.com/h5/title?t=x",
      }),
    );
    expect(second?.nonceStr).not.toBe(first?.nonceStr);
    expect(renewals).toEqual(["t1"]);
    expect(asked).toHaveLength(2);
  });

  it("does without when there is no ticket: the page has a form", async () => {
    expect(await signerThat([{ errcode: 48001, errmsg: "api unauthorized" }]).signer("https://x")).toBeUndefined();
  });
});
