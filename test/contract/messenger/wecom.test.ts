import { readable } from "../../../playground/wecom/chat.ts";
import { startWecom } from "../../../playground/wecom/wecom.ts";
import { createWecomMessenger } from "../../../src/platforms/wecom/send.ts";
import { createAccessTokens } from "../../../src/platforms/wecom/token.ts";
import type { SharedState } from "../../../src/ports/shared-state.ts";
import { inMemorySharedState } from "./in-memory-shared-state.ts";
import { describeMessengerContract, type MessengerHarness, type VendorState } from "./messenger-contract.ts";

const APP = { corpId: "ww5823bf96d3bd56c7", agentId: 1_000_002 };
const SECRET = "contract-test-secret";
const USER_ID = "ContractMember";
const SENDING = /^\/cgi-bin\/(message|appchat)\//;
// Long enough for a machine that is busy with other tests.
const TIMEOUT_MS = 1_000;
const MANY_CALLS = 100;

describeMessengerContract("WeCom", startHarness);

async function startHarness(): Promise<MessengerHarness> {
  const wireNowMs = () => Date.now();
  const wecom = await startWecom(
    {
      ...APP,
      secret: SECRET,
      token: "token1",
      aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
      callbackUrl: "http://127.0.0.1:9/unused",
    },
    { nowMs: wireNowMs, wireNowMs },
  );
  const member = wecom.member(USER_ID);
  const tokensSeen = new Set<string>();
  const sharedState = watched(inMemorySharedState(), tokensSeen);
  const startMessenger = () => {
    const connection = { ...APP, apiBase: wecom.url, timeoutMs: TIMEOUT_MS };
    return createWecomMessenger(connection, createAccessTokens({ ...connection, secret: SECRET }, sharedState), {
      take: async () => ({ state: "granted" }),
    });
  };
  const answer = (errcode: number, errmsg: string) =>
    wecom.faults.arm(
      "POST",
      SENDING,
      { kind: "refuse", status: 200, body: JSON.stringify({ errcode, errmsg: `${errmsg}, hint: [1_2_${USER_ID}]` }) },
      MANY_CALLS,
    );

  return {
    messengers: [startMessenger(), startMessenger()],
    recipient: { kind: "person", externalId: USER_ID },
    secrets: () => [SECRET, USER_ID, ...tokensSeen],
    async setState(state: VendorState) {
      wecom.faults.clear();
      wecom.member(USER_ID);
      switch (state) {
        case "accepts":
          return;
        case "refuses":
          return answer(40058, "invalid request parameter");
        case "recipient-gone":
          return wecom.dismiss(USER_ID);
        case "rate-limited":
          return answer(45009, "api freq out of limit");
        case "busy":
          return answer(-1, "system busy");
        case "hangs":
          return wecom.faults.arm("POST", SENDING, { kind: "delay", delayMs: 60_000 }, MANY_CALLS);
        case "talks-nonsense":
          return wecom.faults.arm("POST", SENDING, { kind: "lose-answer", status: 200, body: "<html>" }, MANY_CALLS);
        case "down":
          return wecom.close();
        default:
          return state satisfies never;
      }
    },
    expireToken: () => wecom.tokens.revokeAll(),
    refuseAllTokens: () => answer(40014, "invalid access_token"),
    tokenFetches: () => wecom.tokens.fetches,
    delivered: () => member.messages.map(readable),
    close: () => wecom.close(),
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
