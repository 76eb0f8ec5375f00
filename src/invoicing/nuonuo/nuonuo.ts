import type { RedReason } from "../../domain/invoice/red-letter.ts";
import { toYuanText } from "../../domain/money/fen.ts";
import { civilDateAt } from "../../domain/time/civil-date.ts";
import type {
  InvoiceProvider,
  InvoiceRequestResult,
  InvoiceStatus,
  OrderKey,
  RedFormOrder,
  RedFormStatus,
} from "../../ports/invoice-provider.ts";
import type { SharedState } from "../../ports/shared-state.ts";
import { billingOrderOf, INVOICE_LINES, plainGoodsName } from "./billing-order.ts";
import { createNuonuoCall, type NuonuoAnswer, type NuonuoCall, type NuonuoConfig } from "./client.ts";
import { type ResultRow, rowsIn, statusOf, textIn } from "./read-result.ts";

const METHOD = "nuonuo.OpeMplatform.";
const DONE: ReadonlySet<string> = new Set(["E0000", "0000"]);
/** 订单编号或流水号不能重复: it is there already. */
const DUPLICATE = "E9106";
const NOT_FOUND = "E9500";
/** 系统繁忙: says nothing about the order. */
const BUSY = "E9999";
const SELLER = "0";
/** 冲红原因: 1 销货退回, 2 开票有误, 3 服务中止, 4 销售折让; the bureau's own codes count otherwise. */
const RED_REASONS: Readonly<Record<RedReason, string>> = {
  return: "1",
  mistake: "2",
  "service-ended": "3",
  allowance: "4",
};
const FILE_BYTES_MAX = 5_000_000;
const FILE_TIMEOUT_MS = 20_000;

/** 诺诺 (诺税通SaaS, 数电票), after its public documents. */
export function createNuonuoProvider(config: NuonuoConfig, sharedState: SharedState): InvoiceProvider {
  const call = createNuonuoCall(config, sharedState);
  const nowMs = config.nowMs ?? Date.now;
  return {
    name: "nuonuo",
    label: "诺诺",
    async requestInvoice(order) {
      const payload = { order: billingOrderOf(order, shanghaiTime(nowMs())) };
      return requestResultOf(await call(`${METHOD}requestBillingNew`, order.seller.taxNo, payload), serialIn);
    },
    async retryInvoice(order) {
      const payload = { fpqqlsh: order.serialNo ?? "", orderno: order.orderNo };
      return requestResultOf(await call(`${METHOD}reInvoice`, order.sellerTaxNo, payload), () => order.serialNo);
    },
    queryInvoice: (order) =>
      queryResult(
        call,
        order.sellerTaxNo,
        { orderNos: [order.orderNo] },
        (row) => textIn(row, "orderNo") === order.orderNo,
      ),
    async requestRedForm(order) {
      const payload = redFormOf(order);
      return requestResultOf(
        await call(`${METHOD}saveInvoiceRedConfirm`, order.seller.taxNo, payload),
        () => undefined,
      );
    },
    queryRedForm: (order) => queryRedForm(call, order),
    queryRedInvoice: (order) => queryRedInvoice(call, order),
    fetchFile,
  };
}

const serialIn = (answer: Extract<NuonuoAnswer, { state: "answered" }>): string | undefined => {
  const { invoiceSerialNum } = (answer.body.result ?? {}) as { invoiceSerialNum?: unknown };
  return typeof invoiceSerialNum === "string" && invoiceSerialNum !== "" ? invoiceSerialNum : undefined;
};

function requestResultOf(
  answer: NuonuoAnswer,
  serialOf: (answered: Extract<NuonuoAnswer, { state: "answered" }>) => string | undefined,
): InvoiceRequestResult {
  if (answer.state === "unknown") return answer;
  if (DONE.has(answer.code)) return { state: "accepted", serialNo: serialOf(answer) };
  if (answer.code === DUPLICATE) return { state: "accepted", serialNo: undefined };
  if (answer.code === BUSY) return { state: "unknown", reason: `${answer.code} ${answer.describe}` };
  return { state: "refused", code: answer.code, reason: answer.describe };
}

async function queryResult(
  call: NuonuoCall,
  sellerTaxNo: string,
  which: object,
  isMeant: (row: ResultRow) => boolean,
): Promise<InvoiceStatus> {
  const payload = { ...which, isOfferInvoiceDetail: "0" };
  const answer = await call(`${METHOD}queryInvoiceResult`, sellerTaxNo, payload);
  if (answer.state === "unknown") return answer;
  if (answer.code === NOT_FOUND) return { state: "not-known" };
  if (!DONE.has(answer.code)) return { state: "unknown", reason: `${answer.code} ${answer.describe}` };
  const row = rowsIn(answer.body.result).find(isMeant);
  return row === undefined ? { state: "not-known" } : statusOf(row);
}

async function findForm(
  call: NuonuoCall,
  order: OrderKey,
): Promise<
  | { readonly state: "found"; readonly form: ResultRow }
  | { readonly state: "not-known" }
  | { readonly state: "unknown"; readonly reason: string }
> {
  const answer = await call(`${METHOD}queryInvoiceRedConfirm`, order.sellerTaxNo, {
    identity: SELLER,
    billId: order.orderNo,
  });
  if (answer.state === "unknown") return answer;
  if (answer.code === NOT_FOUND) return { state: "not-known" };
  if (!DONE.has(answer.code)) return { state: "unknown", reason: `${answer.code} ${answer.describe}` };
  const forms = [...rowsIn(answer.body.list), ...rowsIn(answer.body.result)];
  const form = forms.find((row) => textIn(row, "billId") === order.orderNo);
  return form === undefined ? { state: "not-known" } : { state: "found", form };
}

/** 02, 03: somebody has to act at the bureau. */
const isPending = (form: ResultRow): boolean => ["02", "03"].includes(textIn(form, "billStatus"));

async function queryRedForm(call: NuonuoCall, order: OrderKey): Promise<RedFormStatus> {
  const found = await findForm(call, order);
  if (found.state !== "found") return found;
  const billUuid = textIn(found.form, "billUuid");
  if (!isPending(found.form) || billUuid === "") return formStatusOf(found.form);
  // What happened at the bureau reaches the provider only when it is downloaded.
  await call(`${METHOD}refreshInvoiceRedConfirm`, order.sellerTaxNo, { identity: SELLER, billUuid });
  const again = await findForm(call, order);
  return again.state === "found" ? formStatusOf(again.form) : formStatusOf(found.form);
}

/** 红字确认单状态 (reference/domain.md 4.2), and the provider's own 15 申请中, 16 申请失败. */
function formStatusOf(form: ResultRow): RedFormStatus {
  const formNo = textIn(form, "billNo");
  const status = textIn(form, "billStatus");
  switch (status) {
    case "01":
    case "04":
      return { state: "confirmed", formNo };
    case "02":
    case "03":
      return { state: "awaiting-peer", formNo };
    case "05":
    case "06":
      return { state: "refused", formNo };
    case "07":
      return { state: "expired", formNo };
    case "08":
    case "09":
      return { state: "withdrawn", formNo };
    case "15":
      return { state: "making" };
    default:
      return { state: "failed", code: status || "?", reason: textIn(form, "billMessage") || "红字确认单异常" };
  }
}

async function queryRedInvoice(call: NuonuoCall, order: OrderKey): Promise<InvoiceStatus> {
  const found = await findForm(call, order);
  if (found.state !== "found") return found;
  const serialNo = textIn(found.form, "invoiceSerialNum");
  if (serialNo === "") return { state: "making" };
  const status = await queryResult(
    call,
    order.sellerTaxNo,
    { serialNos: [serialNo] },
    (row) => textIn(row, "serialNo") === serialNo,
  );
  return status.state === "not-known" ? { state: "making" } : status;
}

function redFormOf(order: RedFormOrder): object {
  return {
    billId: order.redNo,
    blueInvoiceLine: INVOICE_LINES[order.kind],
    applySource: SELLER,
    blueElecInvoiceNumber: order.blueNumber,
    sellerTaxNo: order.seller.taxNo,
    sellerName: order.seller.name,
    buyerTaxNo: order.buyer.taxNo,
    buyerName: order.buyer.name,
    redReason: RED_REASONS[order.reason],
    ...(order.seller.extensionNumber === "" ? {} : { extensionNumber: order.seller.extensionNumber }),
    ...(order.lines === undefined
      ? {}
      : {
          detail: order.lines.map((line) => ({
            blueDetailIndex: String(line.place),
            goodsName: plainGoodsName(line.goodsName),
            goodsCode: line.taxCode,
            taxRate: line.taxRate,
            taxExcludedAmount: toYuanText(-line.netFen),
            taxAmount: toYuanText(-line.taxFen),
          })),
        }),
  };
}

async function fetchFile(link: string): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(link, { signal: AbortSignal.timeout(FILE_TIMEOUT_MS) });
    if (!response.ok || Number(response.headers.get("content-length") ?? 0) > FILE_BYTES_MAX) {
      await response.body?.cancel();
      return undefined;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length <= FILE_BYTES_MAX ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** "2026-09-05 10:00:00", as the provider writes times. */
const shanghaiTime = (epochMs: number): string =>
  `${civilDateAt(epochMs)} ${new Date(epochMs + 8 * 3_600_000).toISOString().slice(11, 19)}`;
