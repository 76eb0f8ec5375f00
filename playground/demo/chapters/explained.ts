import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;

/** Who asks what, and what an answer must speak of: figures of the bill, not only words. */
const QUESTIONS: readonly {
  readonly what: string;
  readonly name: string;
  readonly openId: string;
  readonly says: string;
  readonly tells: RegExp;
}[] = [
  {
    what: "分时电价：尖峰平谷各用了多少、什么价",
    name: "陈志强",
    openId: "oDemoOpenId101",
    says: "8月电费怎么算的",
    tells: /峰[\s\S]*谷[\s\S]*¥[\d,]+\.\d\d/,
  },
  {
    what: "阶梯电价：每一档的度数和单价",
    name: "刘秀英",
    openId: "oDemoOpenId501",
    says: "电费怎么来的",
    tells: /档[\s\S]*0\.6[\s\S]*0\.65[\s\S]*¥[\d,]+\.\d\d/,
  },
  {
    what: "公摊：总额、按面积分到自己多少",
    name: "黄锐",
    openId: "oDemoOpenId201",
    says: "公摊电费怎么分摊的",
    tells: /面积[\s\S]*¥[\d,]+\.\d\d/,
  },
];

/** Chapter 4: three tenants ask how an amount came about and see the derivation that the bill was computed by. */
export async function amountsExplained(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount } = stage.playground;
  print.chapter("第四章 分时、阶梯和公摊，都说得清怎么来的");
  for (const { what, name, openId, says, tells } of QUESTIONS) {
    await print.step(what, async () => {
      const person = officialAccount.user(openId);
      const seen = person.messages.length;
      print.says(name, says);
      await person.say(says);
      const explains = (message: ChatMessage) => tells.test(readableText(message));
      await person.waitForMessage(explains, WAIT_MS, seen);
      for (const message of person.messages.slice(seen)) print.chat(name, message);
    });
  }
}
