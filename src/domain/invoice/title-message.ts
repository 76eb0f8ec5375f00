import { normaliseTaxpayerNumber } from "./taxpayer-number.ts";
import { EMPTY_TITLE, type InvoiceTitle } from "./title.ts";

/*
 * A title as people send it: one message, copied from a business card, a licence or another app. Labels where there are
 * any; without labels the longest name with 公司 and its kin, and the word that looks like a taxpayer number.
 */

/** Labels, the longer before the shorter that it contains. */
const LABELS: readonly (readonly [RegExp, keyof InvoiceTitle])[] = [
  [/(?:纳税人识别号|统一社会信用代码|信用代码|税务登记号|纳税识别号|纳税号|税号)/, "taxNo"],
  [/(?:开户行及账号|开户银行及账号|开户行账号)/, "bank"],
  [/(?:银行账号|银行帐号|开户账号|对公账号|账号|帐号|卡号)/, "bankAccount"],
  [/(?:开户银行|开户行|开户)/, "bank"],
  [/(?:地址[、及和]?电话)/, "address"],
  [/(?:注册地址|单位地址|公司地址|企业地址|经营地址|地址)/, "address"],
  [/(?:联系电话|单位电话|公司电话|注册电话|电话号码|电话|手机)/, "phone"],
  [/(?:电子邮箱|接收邮箱|收票邮箱|邮箱|电子邮件|邮件|e-?mail)/i, "email"],
  [
    /(?:发票抬头|开票抬头|抬头名称|公司名称|单位名称|企业名称|购方名称|购买方名称|购买方|抬头|名称|公司|单位|姓名)/,
    "name",
  ],
];
const LABEL = new RegExp(`(${LABELS.map(([label]) => `(?:${label.source})`).join("|")})\\s*(?:[:：]|是|为)\\s*`, "gi");

const COMPANY =
  /[\p{Script=Han}A-Za-z0-9（）()·&\-.]{2,}?(?:有限责任公司|股份有限公司|有限公司|分公司|合伙企业[（(][^）)]{2,6}[）)]|事务所|研究院|经营部|商行|工作室|中心|工厂|公司|厂|店)(?:[（(][^）)]{1,20}[）)])?/u;
const NUMBER = /(?<![0-9A-Za-z])[0-9A-Za-z][0-9A-Za-z -]{13,22}[0-9A-Za-z](?![0-9A-Za-z])/;
const EMAIL = /[^\s@,;，；:：]+@[^\s@,;，；]+\.[A-Za-z]{2,}/;
const PHONE = /(?<!\d)(?:0\d{2,3}-?\d{7,8}|1\d{10})(?!\d)/;

/** “个人 张三” */
const PERSON = /^(?:个人|自然人)[\s,，:：]+([^\s,，]{2,30})$/;

/** “设置抬头”, “把开票信息改成”: the wish before the title, which is no part of its name. */
const REQUEST =
  /^(?:请|帮我|麻烦|我要|我想)*(?:(?:设置|修改|更换|更新|新增|添加|保存|换|改)(?:一下)?(?:开票|发票)?(?:抬头|信息|资料)|把(?:开票|发票)?(?:抬头|信息|资料)(?:改|换|设)(?:成|为)?)(?:为|成|是)?[\s,，:：]*/;

/** The fields that the words name; what they don't name is "". Persons by 个人. */
export function titleInMessage(text: string): InvoiceTitle {
  const plain = text.normalize("NFKC").trim().replace(REQUEST, "");
  const labelled = labelledFields(plain);
  const found: InvoiceTitle = { ...EMPTY_TITLE, ...labelled, type: /个人|自然人/.test(plain) ? "person" : "company" };
  const rest = Object.keys(labelled).length > 0 ? withoutLabelled(plain) : plain;
  const email = found.email || (EMAIL.exec(plain)?.[0] ?? "");
  const taxNo = found.taxNo || (found.type === "person" ? "" : numberIn(rest));
  const name =
    found.name ||
    (PERSON.exec(rest)?.[1] ?? "") ||
    (COMPANY.exec(rest.replace(email, " "))?.[0] ?? besideNumber(rest.replace(email, " "), taxNo));
  return splitPairs({ ...found, email, name: withoutWords(name), taxNo: normaliseTaxpayerNumber(taxNo) });
}

/** A name without 公司 in it is known by the number beside it: "一号电子 9135…". */
const besideNumber = (text: string, taxNo: string): string =>
  taxNo === "" || !text.includes(taxNo)
    ? ""
    : (text
        .replace(taxNo, " ")
        .trim()
        .split(/[\s,，;；]+/)[0] ?? "");

/** Words of the request that stand right before or behind a name. */
const BEFORE_NAME =
  /^(?:请|帮我|麻烦|我们?的?|发票|开票|抬头|名称|公司名称|单位|改成|改为|换成|换为|就|用|开|写|填|是|为|给|到)+(?=.{4})/;
const BEHIND_NAME = /[\s,，]*(?:[（(]?个人[)）]?|自然人)$/;
const withoutWords = (name: string): string => name.trim().replace(BEFORE_NAME, "").replace(BEHIND_NAME, "").trim();

function labelledFields(text: string): Partial<Record<keyof InvoiceTitle, string>> {
  const fields: Partial<Record<keyof InvoiceTitle, string>> = {};
  const marks = [...text.matchAll(LABEL)];
  for (const [index, mark] of marks.entries()) {
    const from = mark.index + mark[0].length;
    const value = text.slice(from, marks[index + 1]?.index ?? text.length).split(/[\n]/)[0] ?? "";
    const field = LABELS.find(([label]) => new RegExp(`^${label.source}$`, "i").test(mark[1] ?? ""))?.[1];
    const clean = value.replace(/^[\s,，;；、]+|[\s,，;；、。]+$/g, "");
    if (field !== undefined && field !== "type" && clean !== "" && !(field in fields)) fields[field] = clean;
  }
  return fields;
}

const withoutLabelled = (text: string): string => {
  const first = text.search(LABEL);
  return first < 0 ? text : text.slice(0, first);
};

const numberIn = (text: string): string => NUMBER.exec(text.replace(PHONE, " "))?.[0] ?? "";

/** "东莞市松山湖1号 0769-22223333" and "招商银行东莞支行 7559…" each hold two fields. */
function splitPairs(title: InvoiceTitle): InvoiceTitle {
  const phone = title.phone || (PHONE.exec(title.address)?.[0] ?? "");
  const account = title.bankAccount || (/(?<!\d)\d[\d ]{7,30}\d$/.exec(title.bank)?.[0] ?? "");
  const without = (whole: string, part: string): string =>
    part === "" ? whole : whole.replace(part, "").replace(/[\s,，、;；]+$/, "");
  return {
    ...title,
    phone,
    address: title.phone === "" ? without(title.address, phone) : title.address,
    bankAccount: account.replace(/\s/g, ""),
    bank: title.bankAccount === "" ? without(title.bank, account) : title.bank,
  };
}
