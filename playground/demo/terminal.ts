import { createInterface } from "node:readline/promises";
import type { Printer } from "./print.ts";
import type { Stage } from "./stage.ts";

/** After the story: whoever sits at the terminal goes on as 陈志强, until the input ends or Ctrl-C. */
export async function typeAsTenant(stage: Stage, print: Printer): Promise<void> {
  const chen = stage.playground.officialAccount.user("oDemoOpenId101");
  let shown = chen.messages.length;
  const show = () => {
    for (const message of chen.messages.slice(shown)) print.chat("陈志强", message);
    shown = chen.messages.length;
  };
  const polling = setInterval(show, 200);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  console.log("\n现在您就是租户“陈志强”。试试：查账单、缴费、帮助……（输入 exit 结束）");
  console.log(`另开一个终端可用命令行：npm run -s cli -- ledger check（服务在 ${stage.url}）\n`);
  try {
    for await (const line of terminal) {
      const text = line.trim();
      if (text === "exit") break;
      if (text !== "") await chen.say(text);
    }
  } finally {
    clearInterval(polling);
    terminal.close();
  }
}
