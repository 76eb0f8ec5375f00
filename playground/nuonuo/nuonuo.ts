import type { FaultSwitches } from "../http/fault-switches.ts";
import { isRecord, jsonResponse, type PlainRequest, type PlainResponse, startPlainServer } from "../http/server.ts";
import { Gateway, type NuonuoApp, refusal, SERVICES } from "./gateway.ts";
import { InvoiceBook, type PretendInvoice } from "./invoice-book.ts";
import { type FormStatus, type PretendForm, RedBook } from "./red-book.ts";

/*
 * A pretend 诺诺 (诺税通SaaS, 数电票) over its public wire: one address, method in a header, signature over the exact body,
 * tokens. It refuses what the real one refuses and makes invoices only of what it has taken on.
 */

export type NuonuoOptions = NuonuoApp;

export interface Nuonuo {
  readonly url: string;
  /** For whole connections; `spoilNext` is for single methods. */
  readonly faults: FaultSwitches;
  readonly invoices: readonly PretendInvoice[];
  readonly forms: readonly PretendForm[];
  /** Methods that were called with a valid signature, in order. */
  readonly calls: readonly string[];
  /**
   * Spoils the next call of a method: `lose-before` answers 502 and does nothing, `lose-after` does the work and answers 502,
   * `twice` gives every row of the answer twice, a code refuses it.
   */
  spoilNext(
    method: string,
    how: "lose-before" | "lose-after" | "twice" | { readonly code: string; readonly describe: string },
  ): void;
  /** The orders to come see so many looks under way before they are made. */
  makeAfter(looks: number): void;
  /** The next order, retry or red invoice ends as failed (22) or unsealed (24). */
  failNextOrder(cause: string, status?: "22" | "24"): void;
  /** The bureau does not take the next red form. */
  failNextForm(words: string): void;
  buyersMustConfirm(must: boolean): void;
  /** At the bureau: confirmed 04, refused 05, withdrawn by the seller 08. */
  standAtBureau(billId: string, status: Extract<FormStatus, "04" | "05" | "08">): void;
  /** The next files can't be had. */
  withholdFiles(count: number): void;
  revokeTokens(): void;
  tokensIssued(): number;
  close(): Promise<void>;
}

export async function startNuonuo(
  options: NuonuoOptions,
  clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number },
): Promise<Nuonuo> {
  const gateway = new Gateway(options, clocks.wireNowMs);
  const book = new InvoiceBook(clocks.nowMs);
  const reds = new RedBook(book, clocks.nowMs);
  const calls: string[] = [];
  const spoilt: { readonly method: string; readonly how: Parameters<Nuonuo["spoilNext"]>[1] }[] = [];
  let withheld = 0;

  const perform = (method: string, payload: Record<string, unknown>, userTax: string): PlainResponse => {
    const order = isRecord(payload.order) ? payload.order : {};
    switch (method) {
      case "requestBillingNew":
        return book.order(order, userTax);
      case "queryInvoiceResult":
        return book.look(payload, `${server.url}/files`);
      case "reInvoice":
        return book.again(String(payload.orderno));
      case "saveInvoiceRedConfirm":
        return reds.enter(payload, userTax);
      case "queryInvoiceRedConfirm":
        return reds.look(String(payload.billId));
      case "refreshInvoiceRedConfirm":
        return reds.download(String(payload.billUuid));
      default:
        return refusal("070201", "api方法不存在");
    }
  };

  const services = (request: PlainRequest): PlainResponse => {
    const refused = gateway.check(request);
    if (refused) return refused;
    const method = (request.headers.method ?? "").replace("nuonuo.OpeMplatform.", "");
    calls.push(method);
    const index = spoilt.findIndex((one) => one.method === method);
    const how = index < 0 ? undefined : spoilt.splice(index, 1)[0]?.how;
    if (how === "lose-before") return { status: 502, body: "Bad Gateway" };
    if (typeof how === "object") return refusal(how.code, how.describe);
    const payload: unknown = JSON.parse(request.body.toString("utf8"));
    const answer = perform(method, isRecord(payload) ? payload : {}, request.headers.usertax ?? "");
    if (how === "lose-after") return { status: 502, body: "Bad Gateway" };
    return how === "twice" ? doubled(answer) : answer;
  };

  const file = (path: string): PlainResponse => {
    const [, number = "", format = ""] = /^\/files\/(\d{20})\.(pdf|ofd|xml)$/.exec(path) ?? [];
    if (!book.invoices.some((one) => one.number === number)) return { status: 404, body: "" };
    if (withheld > 0) {
      withheld -= 1;
      return { status: 503, body: "" };
    }
    return { status: 200, body: Buffer.from(fileOf(format, number)) };
  };

  const server = await startPlainServer((request) => {
    if (request.method === "POST" && request.path === "/accessToken") return gateway.token(request);
    if (request.method === "POST" && request.path === SERVICES) return services(request);
    return request.method === "GET" ? file(request.path) : { status: 404, body: "" };
  });

  return {
    url: server.url,
    faults: server.faults,
    invoices: book.invoices,
    forms: reds.forms,
    calls,
    spoilNext: (method, how) => void spoilt.push({ method, how }),
    makeAfter: (looks) => {
      book.looksBeforeMade = looks;
    },
    failNextOrder: (cause, status = "22") => void book.failures.push({ status, cause }),
    failNextForm: (words) => void reds.failures.push(words),
    buyersMustConfirm: (must) => {
      reds.peerMustConfirm = must;
    },
    standAtBureau: (billId, status) => {
      const form = reds.forms.find((one) => one.billId === billId);
      if (!form) throw new Error(`no red form ${billId}`);
      form.atBureau = status;
    },
    withholdFiles: (count) => {
      withheld = count;
    },
    revokeTokens: () => gateway.revokeTokens(),
    tokensIssued: () => gateway.tokensIssued(),
    close: server.close,
  };
}

function doubled(answer: PlainResponse): PlainResponse {
  const json = JSON.parse(String(answer.body)) as { result?: unknown };
  return jsonResponse(200, Array.isArray(json.result) ? { ...json, result: [...json.result, ...json.result] } : json);
}

function fileOf(format: string, number: string): string {
  if (format === "pdf") return `%PDF-1.7\n% 发票 ${number}\n`;
  return format === "ofd"
    ? `PK\u0003\u0004 ${number}`
    : `<?xml version="1.0"?><EInvoice><EInvoiceNumber>${number}</EInvoiceNumber></EInvoice>`;
}
