import { jsonResponse, type PlainResponse } from "../http/server.ts";
import { refusal } from "./gateway.ts";
import { details, fen, type InvoiceBook, type PretendInvoice, text } from "./invoice-book.ts";

/** 红字确认单状态: 01 无需确认 … 09, 15 申请中, 16 申请失败. */
export type FormStatus = "01" | "02" | "04" | "05" | "07" | "08" | "15" | "16";

export interface PretendForm {
  readonly billId: string;
  readonly billNo: string;
  readonly billUuid: string;
  readonly blue: PretendInvoice;
  readonly amountFen: number;
  readonly enteredAtMs: number;
  /** At the bureau. The provider knows it only once it was downloaded. */
  atBureau: FormStatus;
  known: FormStatus;
  billMessage: string;
  red: PretendInvoice | undefined;
}

const LIVE: readonly FormStatus[] = ["01", "02", "04", "15"];
const CONFIRMATION_MS = 72 * 3_600_000;

/** Red letters: one live form per blue invoice, the other side has 72 hours, the red invoice is made once it is confirmed. */
export class RedBook {
  readonly forms: PretendForm[] = [];
  /** Whether the buyers have booked their invoices, so that they must confirm. */
  peerMustConfirm = false;
  /** The next form is not taken by the bureau, with these words. */
  readonly failures: string[] = [];
  readonly #invoices: InvoiceBook;
  readonly #nowMs: () => number;

  constructor(invoices: InvoiceBook, nowMs: () => number) {
    this.#invoices = invoices;
    this.#nowMs = nowMs;
  }

  /** saveInvoiceRedConfirm */
  enter(given: Readonly<Record<string, unknown>>, userTax: string): PlainResponse {
    const billId = text(given.billId);
    if (billId === "" || billId.length > 32) return refusal("E9201", "红字确认单申请号不正确");
    if (this.forms.some((form) => form.billId === billId)) return refusal("E9202", "红字确认单申请号不能重复");
    const blue = this.#invoices.invoices.find(
      (one) => one.number !== "" && one.number === text(given.blueElecInvoiceNumber),
    );
    if (!blue || blue.sellerTaxNo !== userTax || given.sellerTaxNo !== userTax)
      return refusal("E9203", "未找到对应蓝票");
    if (given.applySource !== "0" || !["1", "2", "3", "4"].includes(text(given.redReason)))
      return refusal("E9204", "申请方或冲红原因不正确");
    if (text(given.buyerName) === "") return refusal("E9204", "购方名称不能为空");
    if (this.forms.some((form) => form.blue === blue && LIVE.includes(this.#standing(form)))) {
      return refusal("E9205", "该蓝票已有未完成的红字确认单");
    }
    const lines = details(given, "detail");
    const taken = this.forms.reduce((sum, form) => sum + (form.blue === blue && form.red ? form.amountFen : 0), 0);
    const amountFen =
      lines.length === 0
        ? blue.amountFen
        : -lines.reduce((sum, line) => sum + fen(line.taxExcludedAmount) + fen(line.taxAmount), 0);
    if (!(amountFen > 0) || amountFen > blue.amountFen - taken) return refusal("E9206", "冲红金额超过蓝票可冲红金额");
    if (given.redReason === "2" && lines.length > 0) return refusal("E9207", "开票有误只能全额冲红");
    const failed = this.failures.shift();
    const serial = String(this.forms.length + 1).padStart(8, "0");
    this.forms.push({
      billId,
      billNo: `44192611${serial}`,
      billUuid: `uuid${serial}`,
      blue,
      amountFen,
      enteredAtMs: this.#nowMs(),
      atBureau: failed === undefined ? (this.peerMustConfirm ? "02" : "01") : "16",
      known: "15",
      billMessage: failed ?? "",
      red: undefined,
    });
    return jsonResponse(200, { code: "E0000", describe: "申请成功", result: billId });
  }

  /** queryInvoiceRedConfirm */
  look(billId: string): PlainResponse {
    const forms = this.forms.filter((form) => form.billId === billId);
    const list = forms.map((form) => {
      const row = rowOf(form);
      // The application reaches the bureau between two looks; later changes come by downloads only.
      if (form.known === "15") form.known = this.#standing(form);
      this.#makeRed(form);
      return row;
    });
    return jsonResponse(200, { code: "E0000", describe: "查询成功", result: { total: list.length, list } });
  }

  /** refreshInvoiceRedConfirm */
  download(billUuid: string): PlainResponse {
    for (const form of this.forms.filter((one) => one.billUuid === billUuid)) form.known = this.#standing(form);
    return jsonResponse(200, { code: "E0000", describe: "成功", result: {} });
  }

  #standing(form: PretendForm): FormStatus {
    if (form.atBureau === "02" && this.#nowMs() - form.enteredAtMs >= CONFIRMATION_MS) form.atBureau = "07";
    return form.atBureau;
  }

  /** The bureau makes the red invoice by itself. */
  #makeRed(form: PretendForm): void {
    if (form.red || (form.known !== "01" && form.known !== "04")) return;
    form.red = this.#invoices.add({
      orderNo: `RED${form.billNo}`,
      sellerTaxNo: form.blue.sellerTaxNo,
      order: {},
      amountFen: -form.amountFen,
    });
  }
}

const rowOf = (form: PretendForm): object => ({
  billId: form.billId,
  billNo: form.known === "15" || form.known === "16" ? "" : form.billNo,
  billUuid: form.billUuid,
  billStatus: form.known,
  billMessage: form.billMessage,
  openStatus: form.red ? "1" : "0",
  invoiceSerialNum: form.red?.serialNo ?? "",
  blueInvoiceNumber: form.blue.number,
});
