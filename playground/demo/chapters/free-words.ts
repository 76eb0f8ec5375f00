import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Follower } from "../../official-account/follower.ts";
import { readable, type ChatMessage as StaffMessage } from "../../wecom/chat.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;
const OPEN_ID = "oDemoOpenId101";
const NAME = "陈志强";
const STEWARD = { userId: "li.guanjia", name: "李管家" } as const;
const MANAGER = { userId: "wang.quzong", name: "王区总" } as const;

/** What is typed, how it is meant, and what the answer must speak of. */
type Saying = readonly [words: string, how: string, expected: RegExp];

const TENANT_SAYINGS: readonly Saying[] = [
  ["查查9月份的帐但", "错字", /2026年9月/],
  ["那8月呢", "接着上一句", /2026年8月/],
  ["不对,是9月", "更正", /2026年9月/],
  ["9月电废咋个算的嘛", "错字加方言", /电费[\s\S]*¥/],
  ["我嘅押金有幾多", "粤语、繁体", /押金/],
  ["不是要退款,是想查合同几时到期", "否定再更正", /租赁合同|合同/],
  ["能不能每个月自动扣款啊", "还没有的功能", /现在还不能开通自动扣款/],
  ["今天天气真不错", "闲话", /帮不上忙[\s\S]*转人工/],
];

const STAFF_SAYINGS: readonly (readonly [typeof STEWARD | typeof MANAGER, ...Saying])[] = [
  [STEWARD, "今儿有啥活要干", "口语", /任务|待办|没有/],
  [STEWARD, "还有哪几家没交房祖", "错字", /欠|没有/],
  [MANAGER, "有啥要我批的没", "口语", /审批/],
  [MANAGER, "對賬有冇差異", "粤语、繁体", /对账|差异/],
];

/**
 * Chapter 8: everything said in free words, by the tenant and by colleagues: typos, dialect, traditional characters, two wishes
 * at once, a correction, a follow-up; and a person is called in with what was said.
 */
export async function saidInFreeWords(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wecom } = stage.playground;
  if (wecom === undefined) throw new Error("the story needs the staff's chat");
  const chen = officialAccount.user(OPEN_ID);
  print.chapter("第八章 想怎么说就怎么说");
  for (const [words, how, expected] of TENANT_SAYINGS) {
    await print.step(`“${words}”（${how}）`, () => ask(print, chen, words, expected));
  }
  await print.step("一句话两件事：按说的先后都答", async () => {
    await ask(print, chen, "查下9月账单,再看看余额", /账户余额/);
  });
  const steward = wecom.member(STEWARD.userId);
  const before = steward.messages.length;
  await print.step("转人工：管家收到请求，和刚才说过的话", async () => {
    await ask(print, chen, "跟你说不清楚,叫管家来", /已通知管家/);
    const isCalled = (message: StaffMessage) => /请求人工服务[\s\S]*最近说的话/.test(readable(message));
    tell(print, STEWARD.name, await steward.waitForMessage(isCalled, WAIT_MS, before));
  });
  for (const [{ userId, name }, words, how, expected] of STAFF_SAYINGS) {
    await print.step(`${name}：“${words}”（${how}）`, async () => {
      const member = wecom.member(userId);
      const seen = member.messages.length;
      print.says(name, words);
      await member.say(words);
      const isAnswer = (message: StaffMessage) => expected.test(readable(message));
      tell(print, name, await member.waitForMessage(isAnswer, WAIT_MS, seen));
    });
  }
}

async function ask(print: Printer, who: Follower, words: string, expected: RegExp): Promise<void> {
  const seen = who.messages.length;
  print.says(NAME, words);
  await who.say(words);
  await hear(print, who, expected, seen);
}

async function hear(print: Printer, who: Follower, expected: RegExp, seen: number): Promise<void> {
  await who.waitForMessage((message: ChatMessage) => expected.test(readableText(message)), WAIT_MS, seen);
  for (const message of who.messages.slice(seen)) print.chat(NAME, message);
}

function tell(print: Printer, name: string, message: StaffMessage): void {
  print.line(`  → ${name} 收到（企业微信）`);
  for (const line of readable(message).split("\n")) print.line(`    │ ${line}`);
}
