import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readableText } from "../../../playground/official-account/chat.ts";
import { startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { createOfficialAccountMessenger } from "../../../src/platforms/official-account/send.ts";
import { createAccessTokens } from "../../../src/platforms/official-account/token.ts";
import type { SharedState } from "../../../src/ports/shared-state.ts";
import { inMemorySharedState } from "./in-memory-shared-state.ts";
import { describeMessengerContract, type MessengerHarness, type VendorState } from "./messenger-contract.ts";

const APP_ID = "wx5823bf96d3bd56c7";
const APP_SECRET = "contract-test-secret";
const OPEN_ID = "oContract0000000000000000001";
const SENDING = /^\/cgi-bin\/message\//;
const TIMEOUT_MS = 250;
const MANY_CALLS = 100;

describeMessengerContract("the official account", startHarness);

async function startHarness(): Promise<MessengerHarness> {
  const wireNowMs = () => Date.now();
  const callback = createServer((_request, response) => response.end("success"));
  await new Promise<void>((resolve) => callback.listen(0, "127.0.0.1", resolve));
  const account = await startOfficialAccount(
    {
      appId: APP_ID,
      secret: APP_SECRET,
      token: "token1",
      aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
      callbackUrl: `http://127.0.0.1:${(callback.address() as AddressInfo).port}/`,
      templates: [
        {
          templateId: "T-bill",
          title: "账单通知",
          content: "租户：{{thing1.DATA}}\n账期：{{keyword2.DATA}}\n金额：{{amount3.DATA}}",
        },
      ],
    },
    { nowMs: wireNowMs, wireNowMs },
  );
  const person = account.user(OPEN_ID);
  await person.subscribe();
  // Unlimited messages for 48 hours, so that no window decides about a test.
  account.recordPayment(OPEN_ID);

  let tokenFetches = 0;
  const countingFetch: typeof globalThis.fetch = (url, init) => {
    if (String(url).includes("/cgi-bin/stable_token")) tokenFetches += 1;
    return globalThis.fetch(url, init);
  };
  const tokensSeen = new Set<string>();
  const sharedState = watched(inMemorySharedState(), tokensSeen);
  const startMessenger = () => {
    const connection = { appId: APP_ID, apiBase: account.url, fetch: countingFetch, timeoutMs: TIMEOUT_MS };
    const templates = { bill: { templateId: "T-bill", keywords: ["thing1", "keyword2", "amount3", "time4"] } };
    return createOfficialAccountMessenger(
      { ...connection, templates },
      createAccessTokens({ ...connection, appSecret: APP_SECRET }, sharedState),
    );
  };
  const answer = (errcode: number, errmsg: string) =>
    account.faults.arm(
      "POST",
      SENDING,
      { kind: "refuse", status: 200, body: JSON.stringify({ errcode, errmsg: `${errmsg} rid: 1-2-3` }) },
      MANY_CALLS,
    );

  return {
    messengers: [startMessenger(), startMessenger()],
    recipient: { kind: "person", externalId: OPEN_ID },
    secrets: () => [APP_SECRET, OPEN_ID, ...tokensSeen],
    async setState(state: VendorState) {
      account.faults.clear();
      switch (state) {
        case "accepts":
          return;
        case "refuses":
          return answer(48001, "api unauthorized");
        case "recipient-gone":
          return answer(43004, "require subscribe");
        case "rate-limited":
          return answer(45009, "reach max api daily quota limit");
        case "busy":
          return answer(-1, "system error");
        case "hangs":
          return account.faults.arm("POST", SENDING, { kind: "delay", delayMs: 60_000 }, MANY_CALLS);
        case "talks-nonsense":
          return account.faults.arm("POST", SENDING, { kind: "lose-answer", status: 200, body: "<html>" }, MANY_CALLS);
        case "down":
          return account.close();
        default:
          return state satisfies never;
      }
    },
    expireToken: () => account.tokens.revokeAll(),
    refuseAllTokens: () => answer(40001, "invalid credential"),
    tokenFetches: () => tokenFetches,
    delivered: () => person.messages.filter((message) => message.channel !== "banner").map(readableText),
    async close() {
      await account.close();
      await new Promise((resolve) => callback.close(resolve));
    },
  };
}

/** Keeps every token that the state has handed out. */
const watched = (state: SharedState, seen: Set<string>): SharedState => ({
  async token(...request) {
    const token = await state.token(...request);
    seen.add(token);
    return token;
  },
});
