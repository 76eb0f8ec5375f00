import { readable } from "../../../playground/dingtalk/chat.ts";
import type { SharedState } from "../../../src/ports/shared-state.ts";
import { CLIENT_SECRET, messengerTo, startPretendDingtalk } from "./dingtalk-world.ts";
import { inMemorySharedState } from "./in-memory-shared-state.ts";
import { describeMessengerContract, type MessengerHarness, type VendorState } from "./messenger-contract.ts";

const USER_ID = "contractUser0001";
const SENDING = /^\/v1\.0\/(robot|card)\//;
const TIMEOUT_MS = 250;
const MANY_CALLS = 100;

describeMessengerContract("DingTalk", startHarness);

async function startHarness(): Promise<MessengerHarness> {
  const dingtalk = await startPretendDingtalk();
  const person = dingtalk.member(USER_ID, "合同同事");
  let tokenFetches = 0;
  const countingFetch: typeof globalThis.fetch = (url, init) => {
    if (String(url).includes("/v1.0/oauth2/accessToken")) tokenFetches += 1;
    return globalThis.fetch(url, init);
  };
  const tokensSeen = new Set<string>();
  const sharedState = watched(inMemorySharedState(), tokensSeen);
  const startMessenger = () => messengerTo(dingtalk, sharedState, { fetch: countingFetch, timeoutMs: TIMEOUT_MS });
  const answer = (status: number, code: string) =>
    dingtalk.faults.arm(
      "POST",
      SENDING,
      { kind: "refuse", status, body: JSON.stringify({ code, message: `${code} ${USER_ID}`, requestid: "1-2-3" }) },
      MANY_CALLS,
    );

  return {
    messengers: [startMessenger(), startMessenger()],
    recipient: { kind: "person", externalId: USER_ID },
    secrets: () => [CLIENT_SECRET, USER_ID, ...tokensSeen],
    async setState(state: VendorState) {
      dingtalk.faults.clear();
      switch (state) {
        case "accepts":
          return;
        case "refuses":
          return answer(400, "param.error");
        case "recipient-gone":
          person.hasLeft = true;
          return;
        case "rate-limited":
          person.isFlowControlled = true;
          return answer(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
        case "busy":
          return answer(500, "system.busy");
        case "hangs":
          return dingtalk.faults.arm("POST", SENDING, { kind: "delay", delayMs: 60_000 }, MANY_CALLS);
        case "talks-nonsense":
          return dingtalk.faults.arm("POST", SENDING, { kind: "lose-answer", status: 502, body: "<html>" }, MANY_CALLS);
        case "down":
          return dingtalk.close();
        default:
          return state satisfies never;
      }
    },
    expireToken: () => dingtalk.tokens.revokeAll(),
    refuseAllTokens: () => answer(401, "InvalidAuthentication"),
    tokenFetches: () => tokenFetches,
    delivered: () =>
      person.chat.messages.map((message) =>
        message.kind === "card" ? JSON.stringify(person.see(message.outTrackId).variables) : readable(message),
      ),
    close: () => dingtalk.close(),
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
