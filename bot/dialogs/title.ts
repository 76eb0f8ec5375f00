import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { checkTitle, EMPTY_TITLE, type InvoiceTitle, type TitleProblem } from "../../src/domain/invoice/title.ts";
import { titleInMessage } from "../../src/domain/invoice/title-message.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { type Answer, type BotContext, say, type TenantContext, type Wish } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { SAY_INVOICE } from "../text/invoice.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  confirms,
  type Desk,
  denies,
  type Flow,
  finish,
  noLongerMember,
  plain,
  questionCard,
} from "./flow.ts";

const SAY = SAY_INVOICE.title;

/** What is kept between two messages: no bank account, which is encrypted wherever it is stored. */
type Known = Pick<InvoiceTitle, "type" | "name" | "taxNo">;

/** 开票抬头: one message, or step by step until name and number are there and the number passes its check. */
export const titleFlow: Flow<"title"> = {
  title: SAY.name,
  async question(context, dialog) {
    const { known, suggestions = [] } = dialog;
    if (dialog.confirming) {
      const party = await context.services.party(dialog.tenantId);
      const { warnings } = checkTitle({ ...EMPTY_TITLE, ...known }, party ? { party } : {});
      const differs = warnings.includes("NAME_DIFFERS") ? SAY.differs : SAY.taxNoDiffers;
      return questionCard(
        [answerButton(dialog, SAY.yes, { style: "primary" }), answerButton(dialog, SAY.again)],
        [known.name, known.taxNo].filter((word) => word !== "").join(" "),
        differs(party?.name ?? ""),
      );
    }
    if (suggestions.length > 0) {
      return questionCard(
        suggestions.map((number) => answerButton(dialog, number)),
        SAY.suggest(known.taxNo),
      );
    }
    if (known.name === "" && known.taxNo === "")
      return withTitlePage(textCard(SAY.ask), context.services, dialog.tenantId);
    return textCard(known.name === "" ? SAY.askName : SAY.askTaxNo(known.name));
  },
  answers: (_context, dialog, text) =>
    (dialog.confirming === true &&
      (confirms(text) || denies(text) || [SAY.yes, SAY.again].some((word) => word === plain(text)))) ||
    isTitleWords(text) ||
    (dialog.known.taxNo !== "" &&
      dialog.known.name === "" &&
      plain(text).length >= 4 &&
      !/[?？吗呢]$/.test(plain(text))),
  async next(context, dialog, text, desk) {
    const member = await asMemberOf(context, dialog.tenantId);
    if (!member) return noLongerMember(context);
    if (dialog.confirming && (confirms(text) || plain(text) === SAY.yes)) {
      return keep(member, dialog, { ...EMPTY_TITLE, ...dialog.known }, { confirmed: true, desk });
    }
    if (dialog.confirming && (denies(text) || plain(text) === SAY.again)) {
      return ask(context, titleFlow, { ...stepOf(dialog), known: { type: "company", name: "", taxNo: "" } });
    }
    return keep(member, dialog, merged(dialog.known, text), { confirmed: false, desk });
  },
};

/** 设置抬头: what the message already says counts. */
export async function startTitle(context: TenantContext, wish: Wish, next?: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "title.edit")) return say(textCard(SAY.viewer));
  const { tenantId } = context.member;
  const words = context.event.kind === "text" ? titleInMessage(context.event.text) : EMPTY_TITLE;
  const title: InvoiceTitle = {
    ...words,
    name: words.name || (wish.slots.name ?? ""),
    taxNo: words.taxNo || (wish.slots.taxNo ?? ""),
  };
  const step = { name: "title", tenantId, known: knownOf(title), ...(next === undefined ? {} : { next }) } as const;
  if (title.name === "" && title.taxNo === "") return ask(context, titleFlow, step);
  return keep(context, step, title, { confirmed: false });
}

const stepOf = ({ tenantId, next }: Pick<DialogOf<"title">, "tenantId" | "next">) =>
  ({ name: "title", tenantId, ...(next === undefined ? {} : { next }) }) as const;

const knownOf = ({ type, name, taxNo }: InvoiceTitle): Known => ({ type, name, taxNo });

/** Saves a title that is complete, else asks for what is missing; a title that is not the party's is confirmed first. */
async function keep(
  context: TenantContext,
  dialog: Pick<DialogOf<"title">, "tenantId" | "next">,
  title: InvoiceTitle,
  how: { readonly confirmed: boolean; readonly desk?: Desk },
): Promise<Answer> {
  const { tenantId, next } = dialog;
  const party = await context.services.party(tenantId);
  const check = checkTitle(title, party ? { party } : {});
  const [problem] = check.problems;
  if (problem) return askFor(context, dialog, check.title, problem);
  const differs = check.warnings.includes("NAME_DIFFERS") || check.warnings.includes("TAX_NO_DIFFERS");
  if (differs && !how.confirmed) {
    return ask(context, titleFlow, { ...stepOf(dialog), known: knownOf(check.title), confirming: true });
  }
  const saved = await context.services.saveTitle(tenantId, title);
  if (!saved.ok) return say(textCard(SAY.ask));
  const warnings = saved.check.warnings.map((warning) => SAY_INVOICE.warnings[warning]);
  const card = titleCard(saved.title, saved.known ? SAY.known : SAY.saved, ...warnings);
  const closed = finish(context, card);
  if (next === undefined || how.desk === undefined) return closed;
  const going = await how.desk.grant({ ...context, memory: closed.memory ?? context.memory }, next);
  return { ...going, replies: [card, ...going.replies], memory: going.memory ?? closed.memory ?? context.memory };
}

async function askFor(
  context: BotContext,
  dialog: Pick<DialogOf<"title">, "tenantId" | "next">,
  title: InvoiceTitle,
  problem: TitleProblem,
): Promise<Answer> {
  const isNumber = problem.field === "taxNo";
  const asked = await ask(context, titleFlow, {
    ...stepOf(dialog),
    known: knownOf(title),
    ...(isNumber && problem.suggestions.length > 0 ? { suggestions: problem.suggestions } : {}),
  });
  const isQuestion =
    problem.code === "NAME_MISSING" || problem.code === "TAX_NO_MISSING" || problem.suggestions.length > 0;
  return isQuestion ? asked : { ...asked, replies: [textCard(SAY_INVOICE.problems[problem.code])] };
}

/** What the message says counts more than what was said before; a name alone is a name where one was asked for. */
function merged(known: Known, text: string): InvoiceTitle {
  const words = titleInMessage(text);
  const alone = words.name === "" && words.taxNo === "" ? plain(text) : "";
  return {
    ...words,
    type: words.type === "person" ? "person" : known.type,
    name: words.name || (known.name === "" ? alone : known.name),
    taxNo: words.taxNo || (known.name !== "" && /^[0-9A-Za-z\s-]{10,24}$/.test(alone) ? alone : known.taxNo),
  };
}

function isTitleWords(text: string): boolean {
  const { name, taxNo, type } = titleInMessage(text);
  return name !== "" || taxNo !== "" || type === "person" || /^[0-9A-Za-z\s-]{14,24}$/.test(plain(text));
}

/** With the way to the page, where everything can be typed at once and WeChat's own titles are at hand. */
export function withTitlePage(card: Card, services: BotContext["services"], tenantId: string): Card {
  const url = services.titlePage(tenantId);
  return url === undefined ? card : { ...card, buttons: [...card.buttons, { kind: "link", label: SAY.page, url }] };
}

/** A title as it will be printed. */
export function titleCard(title: InvoiceTitle, ...paragraphs: string[]): Card {
  const { fields } = SAY;
  const row = (label: string, value: string): CardRow[] => (value === "" ? [] : [{ label, value }]);
  const card = factCard(
    SAY.name,
    {
      rows: [
        ...row(fields.name, title.type === "person" ? `${title.name}（${SAY.person}）` : title.name),
        ...row(fields.taxNo, title.taxNo),
        ...row(fields.address, title.address),
        ...row(fields.phone, title.phone),
        ...row(fields.bank, title.bank),
        ...row(fields.bankAccount, masked(title.bankAccount)),
        ...row(fields.email, title.email),
      ],
    },
    ...paragraphs,
  );
  return { ...card, buttons: [{ kind: "action", label: SAY.start, action: { type: "invoice.start" } }] };
}

/** A chat is read over shoulders: the last four digits tell which account it is. */
const masked = (account: string): string => (account.length > 4 ? `尾号 ${account.slice(-4)}` : account);
