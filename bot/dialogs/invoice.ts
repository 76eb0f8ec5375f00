import { type Card, textCard } from "../../cards/card.ts";
import type { InvoiceKind } from "../../src/domain/invoice/title.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { ApplicationPreview } from "../../src/usecases/invoices/apply-for-invoice.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import type { InvoiceOrder } from "../invoice-services.ts";
import { monthsOf } from "../period.ts";
import { SAY_INVOICE } from "../text/invoice.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import { answerButton, ask, asMemberOf, confirms, type Flow, finish, noLongerMember, plain } from "./flow.ts";
import { startTitle } from "./title.ts";

const SAY = SAY_INVOICE.request;

/** 开发票: which kind, then what it will be, then the word that finance waits for. */
export const invoiceFlow: Flow<"invoice"> = {
  title: SAY.name,
  async question(context, dialog) {
    if (dialog.kind === undefined) {
      return {
        ...textCard(SAY.askKind),
        buttons: [
          answerButton(dialog, SAY_INVOICE.kinds.ordinary, { style: "primary" }),
          answerButton(dialog, SAY_INVOICE.kinds.special),
        ],
      };
    }
    const preview = await context.services.previewInvoice(dialog.tenantId, orderOf(dialog.wish, dialog.kind, true));
    if (!preview.ok) return textCard(preview.message.zh);
    const party = await context.services.party(dialog.tenantId);
    const card = previewCard(preview, party?.name);
    return {
      ...card,
      buttons: [answerButton(dialog, SAY.confirm, { style: "primary" }), answerButton(dialog, SAY.otherTitle)],
    };
  },
  answers: (_context, dialog, text) =>
    kindIn(text) !== undefined ||
    (dialog.kind !== undefined &&
      (confirms(text) || [SAY.confirm, SAY.otherTitle].some((word) => word === plain(text)))),
  async next(context, dialog, text) {
    const member = await asMemberOf(context, dialog.tenantId);
    if (!member) return noLongerMember(context);
    const kind = kindIn(text);
    if (kind !== undefined) return examine(member, dialog.wish, kind);
    if (dialog.kind === undefined) return say(await invoiceFlow.question(context, dialog));
    if (plain(text) === SAY.otherTitle) {
      const closed = finish(context).memory ?? context.memory;
      return startTitle(
        { ...member, memory: closed, event: { ...member.event, kind: "text", text: "" } },
        { intent: "title.set", slots: {} },
        { ...dialog.wish, slots: { ...dialog.wish.slots, invoiceKind: dialog.kind } },
      );
    }
    if (!confirms(text) && plain(text) !== SAY.confirm) return say(await invoiceFlow.question(context, dialog));
    return submit(member, dialog, dialog.kind);
  },
};

async function submit(context: TenantContext, dialog: DialogOf<"invoice">, kind: InvoiceKind): Promise<Answer> {
  const order = orderOf(dialog.wish, kind, true);
  const preview = await context.services.previewInvoice(dialog.tenantId, order);
  if (!preview.ok) return finish(context, textCard(preview.message.zh));
  // What was shown is what is asked for: a payment or another application in between shows the new figures first.
  if (dialog.shownFen !== undefined && preview.totalFen !== BigInt(dialog.shownFen)) {
    const again = await examine(context, dialog.wish, kind);
    return { ...again, replies: [textCard(SAY.changed), ...again.replies] };
  }
  const given = await context.services.applyForInvoice(dialog.tenantId, order);
  if (!("application" in given)) return finish(context, textCard(given.message.zh));
  const { applicationNo } = given.application;
  if (given.automatic) return finish(context, textCard(SAY.doneAutomatic(applicationNo)));
  return finish(context, textCard(given.heard ? SAY.done(applicationNo) : SAY.doneUnheard(applicationNo)));
}

/** 开发票, by words or by button; asks for the kind where it was not said. */
export async function startInvoice(context: TenantContext, wish: Wish): Promise<Answer> {
  const { tenantId, role } = context.member;
  if (!mayTenant(role, "invoice.ask")) return say(textCard(SAY_INVOICE.title.viewer));
  const { invoiceKind: kind } = wish.slots;
  if (kind !== undefined) return examine(context, wish, kind);
  // What can't be invoiced at all is said before anybody has to choose a kind.
  const refused = await refusalOf(context, wish, "ordinary");
  return refused ?? ask(context, invoiceFlow, { name: "invoice", tenantId, wish: stored(wish) });
}

async function examine(context: TenantContext, wish: Wish, kind: InvoiceKind): Promise<Answer> {
  const refused = await refusalOf(context, wish, kind);
  if (refused) return refused;
  const { tenantId } = context.member;
  const preview = await context.services.previewInvoice(tenantId, orderOf(wish, kind, true));
  if (!preview.ok) return finish(context, textCard(preview.message.zh));
  return ask(context, invoiceFlow, {
    name: "invoice",
    tenantId,
    wish: stored(wish),
    kind,
    shownFen: preview.totalFen.toString(),
  });
}

/** What stands in the way, or the dialog that clears it: a missing title is asked for at once. */
async function refusalOf(context: TenantContext, wish: Wish, kind: InvoiceKind): Promise<Answer | undefined> {
  const preview = await context.services.previewInvoice(context.member.tenantId, orderOf(wish, kind, true));
  if (preview.ok) return undefined;
  const closed = finish(context, textCard(preview.message.zh));
  if (preview.code !== "TITLE_MISSING" && preview.code !== "SPECIAL_FIELDS_MISSING") return closed;
  const next = {
    ...stored(wish),
    slots: { ...wish.slots, ...(wish.slots.invoiceKind === undefined ? {} : { invoiceKind: kind }) },
  };
  const asked = await startTitle(
    { ...context, memory: closed.memory ?? context.memory, event: { ...context.event, kind: "text", text: "" } },
    { intent: "title.set", slots: {} },
    next,
  );
  return { ...asked, replies: preview.code === "TITLE_MISSING" ? asked.replies : closed.replies };
}

const stored = ({ intent, slots, billNo }: Wish): Wish => ({
  intent,
  slots,
  ...(billNo === undefined ? {} : { billNo }),
});

/** The words as an order; a title that is not the party's was confirmed when it was saved, and is shown again. */
function orderOf(wish: Wish, kind: InvoiceKind, titleConfirmed: boolean): InvoiceOrder {
  const { period, charges, amount } = wish.slots;
  const kinds = charges?.filter((one) => one !== "late-fee" && one !== "deposit");
  return {
    kind,
    titleConfirmed,
    ...(wish.billNo === undefined ? {} : { billNos: [wish.billNo] }),
    ...(period === undefined ? {} : { months: monthsOf(period) }),
    ...(kinds === undefined || kinds.length === 0 ? {} : { kinds }),
    ...(amount === undefined ? {} : { amountFen: parseYuan(amount) }),
  };
}

function previewCard(preview: ApplicationPreview, party: string | undefined): Card {
  const { title, drafts, totalFen, kind } = preview;
  const items = drafts.flatMap((draft) =>
    draft.lines.map((line) => ({
      label: SAY.item(
        line.goodsName.replace(/^\*.*\*/, ""),
        `${formatDate(line.period.from)}至${formatDate(line.period.to)}`,
      ),
      value: formatYuan(line.amountFen),
    })),
  );
  return {
    name: "text",
    title: SAY.preview,
    emphasis: { value: formatYuan(totalFen), label: SAY.total },
    rows: [
      { label: SAY.kind, value: SAY_INVOICE.kinds[kind] },
      { label: SAY.to, value: title.name },
      ...(title.taxNo === "" ? [] : [{ label: SAY.taxNo, value: title.taxNo }]),
    ],
    items,
    paragraphs: [
      ...(drafts.length > 1 ? [SAY.split(drafts.length)] : []),
      ...(party !== undefined && party !== title.name ? [SAY.differs(party)] : []),
    ],
    buttons: [],
  };
}

function kindIn(text: string): InvoiceKind | undefined {
  if (/专用?发?票|增值税专/.test(plain(text))) return "special";
  return /普通?发?票/.test(plain(text)) ? "ordinary" : undefined;
}
