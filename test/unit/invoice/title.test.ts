import { describe, expect, it } from "vitest";
import { checkTitle, EMPTY_TITLE, type InvoiceTitle } from "../../../src/domain/invoice/title.ts";
import { titleInMessage } from "../../../src/domain/invoice/title-message.ts";

const TAX_NO = "91350100M000100Y43";
const only = (fields: Partial<InvoiceTitle>): InvoiceTitle => ({ ...EMPTY_TITLE, ...fields });

describe("a title in one message", () => {
  it.each<[string, string, Partial<InvoiceTitle>]>([
    ["two words", `东莞市华星电子有限公司 ${TAX_NO}`, { name: "东莞市华星电子有限公司", taxNo: TAX_NO }],
    ["in a sentence", `抬头开东莞市华星电子有限公司，税号${TAX_NO}`, { name: "东莞市华星电子有限公司", taxNo: TAX_NO }],
    [
      "with labels and line ends",
      `名称：华星电子有限公司\n税号：${TAX_NO}\n地址：东莞市松山湖1号\n电话：0769-22223333\n开户行：招商银行东莞支行\n账号：7559 0000 1111 222\n邮箱：fin@hx.cn`,
      {
        name: "华星电子有限公司",
        taxNo: TAX_NO,
        address: "东莞市松山湖1号",
        phone: "0769-22223333",
        bank: "招商银行东莞支行",
        bankAccount: "7559000011112 22".replace(" ", ""),
        email: "fin@hx.cn",
      },
    ],
    [
      "labels in one line",
      `公司名称:华星电子有限公司 纳税人识别号:${TAX_NO} 地址、电话:东莞市松山湖1号 0769-22223333 开户行及账号:招商银行东莞支行 755900001111222`,
      {
        name: "华星电子有限公司",
        taxNo: TAX_NO,
        address: "东莞市松山湖1号",
        phone: "0769-22223333",
        bank: "招商银行东莞支行",
        bankAccount: "755900001111222",
      },
    ],
    ["a person", "抬头：张三 个人", { type: "person", name: "张三" }],
    ["a wish before it", `麻烦开票改成华星电子有限公司 ${TAX_NO}`, { name: "华星电子有限公司", taxNo: TAX_NO }],
    ["only a number", "９１３５０１００Ｍ０００１００Ｙ４３", { taxNo: TAX_NO }],
    ["a number with spaces", "华星电子有限公司 9135 0100 M000 100Y 43", { name: "华星电子有限公司", taxNo: TAX_NO }],
    ["nothing of it", "我想问一下发票", {}],
  ])("%s", (_name, text, fields) => {
    expect(titleInMessage(text)).toEqual(only(fields));
  });
});

describe("whether a title may be printed", () => {
  const good = only({ name: "华星电子有限公司", taxNo: TAX_NO });
  const codes = (title: InvoiceTitle, context: Parameters<typeof checkTitle>[1] = {}) => {
    const { problems, warnings } = checkTitle(title, context);
    return [...problems.map((problem) => problem.code), ...warnings];
  };

  it.each<[string, Partial<InvoiceTitle>, readonly string[]]>([
    ["is fine", {}, []],
    ["without a name", { name: " " }, ["NAME_MISSING"]],
    ["with a name of a person for a company", { name: "张三" }, ["NAME_TOO_SHORT"]],
    ["with a name of 101 characters", { name: "华".repeat(101) }, ["NAME_TOO_LONG"]],
    ["without a number", { taxNo: "" }, ["TAX_NO_MISSING"]],
    ["with a wrong check character", { taxNo: "91350100M000100Y44" }, ["TAX_NO_CHECK_DIGIT"]],
    ["with an older number", { taxNo: "440301103112345" }, ["LEGACY_FIFTEEN"]],
    ["with an address that does not fit", { address: "路".repeat(90), phone: "0769-22223333" }, ["ADDRESS_TOO_LONG"]],
    ["with a bank that does not fit", { bank: "行".repeat(100), bankAccount: "1" }, ["BANK_TOO_LONG"]],
    ["with an address that is no e-mail", { email: "fin@hx" }, ["EMAIL_INVALID"]],
  ])("%s", (_name, change, expected) => {
    expect(codes({ ...good, ...change })).toEqual(expected);
  });

  it("needs no number for a person, who gets no 专票", () => {
    const person = only({ type: "person", name: "张三", taxNo: "whatever" });
    expect(checkTitle(person)).toEqual({ title: only({ type: "person", name: "张三" }), problems: [], warnings: [] });
    expect(codes(person, { kind: "special" })).toEqual(["PERSON_WANTS_SPECIAL"]);
  });

  it("is printed with the licence's brackets and without spaces between Chinese words", () => {
    expect(checkTitle({ ...good, name: " 华星 (东莞) 电子有限公司 " }).title.name).toBe("华星（东莞）电子有限公司");
    expect(checkTitle({ ...good, name: "ABC  Trading 有限公司" }).title.name).toBe("ABC Trading有限公司");
  });

  it("that is another one than the lease's party is shown before it is used", () => {
    const party = { name: "华星电子有限公司", taxNo: TAX_NO };
    expect(codes(good, { party })).toEqual([]);
    expect(codes({ ...good, name: "华兴电子有限公司" }, { party })).toEqual(["NAME_DIFFERS"]);
    expect(codes(good, { party: { ...party, name: "华星(电子)有限公司" } })).toEqual(["BRACKETS_DIFFER"]);
    expect(codes({ ...good, taxNo: "440301103112345" }, { party })).toEqual(["LEGACY_FIFTEEN", "TAX_NO_DIFFERS"]);
  });

  it("does not take the wish for the name", () => {
    for (const words of [
      "设置抬头 一号电子 91350100M000100Y43",
      "请修改开票信息：一号电子，91350100M000100Y43",
      "把发票抬头改成一号电子 91350100M000100Y43",
      "换抬头 抬头：一号电子 税号：91350100M000100Y43",
    ]) {
      expect(titleInMessage(words), words).toMatchObject({ name: "一号电子", taxNo: "91350100M000100Y43" });
    }
    expect(titleInMessage("个人 张三")).toMatchObject({ type: "person", name: "张三" });
    expect(titleInMessage("设置开票抬头")).toMatchObject({ name: "", taxNo: "" });
    expect(titleInMessage("修改抬头 华星电子有限公司")).toMatchObject({ name: "华星电子有限公司" });
  });
});
