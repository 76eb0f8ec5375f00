import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Fault } from "../../../playground/http/fault-switches.ts";
import { rows } from "../../../src/db/rows.ts";
import type { RefundGateway, RefundResult } from "../../../src/ports/refund-gateway.ts";
import type { RefundContext } from "../../../src/usecases/refunds/context.ts";
import { payDueRefunds } from "../../../src/usecases/refunds/pay-due-refunds.ts";
import type { StoredRefund } from "../../../src/usecases/refunds/stored-refund.ts";
import {
  approves,
  asks,
  balancesOf,
  expectBooksInOrder,
  heard,
  openRefundWorld,
  paysAhead,
  type RefundWorld,
  refundOf,
  works,
} from "./refund-world.ts";

/*
 * Every row of wechat-pay.md 4.2, three times: as it comes, with a crash of ours before the answer was written, and with a
 * crash before the call went out. Whatever happens, the channel has at most one refund, of one number.
 */

const MERCHANT = "1900000001";
const APPLY = /^\/v3\/refund\/domestic\/refunds$/;
const error = (code: string, message: string) => JSON.stringify({ code, message });

interface Row {
  readonly what: string;
  /** What the channel does with the first application. */
  readonly fault?: Fault;
  /** Something about the channel itself. */
  readonly arrange?: (world: RefundWorld) => void;
  /** Where the refund stands when nothing more happens by itself for now. */
  readonly state: StoredRefund["state"];
  readonly problem?: string;
  /** Whether the channel has a refund in the end. */
  readonly accepted: boolean;
  readonly financeHears: readonly string[];
  readonly tenantHears: readonly string[];
}

const UNDER_WAY = { state: "processing", accepted: true, financeHears: [], tenantHears: ["退款正在路上"] } as const;
const TO_BANK = {
  state: "bank-due",
  accepted: false,
  financeHears: ["退款改走银行转账"],
  tenantHears: ["退款将转到银行账户"],
} as const;
const STOPPED = {
  state: "stuck",
  accepted: false,
  financeHears: ["退款被微信支付拒绝"],
  tenantHears: ["退款需要人工处理"],
} as const;
/** Refused for good: the channel does not know the number afterwards. */
const refusal = (status: number, code: string): Fault => ({ kind: "refuse", status, body: error(code, code) });

const ROWS: readonly Row[] = [
  { what: "200", ...UNDER_WAY },
  { what: "500 SYSTEM_ERROR, not accepted", fault: refusal(500, "SYSTEM_ERROR"), ...UNDER_WAY },
  {
    what: "500 SYSTEM_ERROR, and accepted all the same",
    fault: { kind: "lose-answer", status: 500, body: error("SYSTEM_ERROR", "系统异常") },
    ...UNDER_WAY,
  },
  { what: "429 FREQUENCY_LIMITED, not accepted", fault: refusal(429, "FREQUENCY_LIMITED"), ...UNDER_WAY },
  {
    what: "429 FREQUENCY_LIMITED, and running",
    fault: { kind: "lose-answer", status: 429, body: error("FREQUENCY_LIMITED", "频率限制") },
    ...UNDER_WAY,
  },
  { what: "502 SERVICE_UNAVAILABLE", fault: refusal(502, "SERVICE_UNAVAILABLE"), ...UNDER_WAY },
  { what: "503 SERVICE_UNAVAILABLE", fault: refusal(503, "SERVICE_UNAVAILABLE"), ...UNDER_WAY },
  { what: "no connection", fault: { kind: "drop-before" }, ...UNDER_WAY },
  { what: "connection lost after the work", fault: { kind: "drop-after" }, ...UNDER_WAY },
  {
    what: "403 NOT_ENOUGH",
    arrange: (world) => {
      world.wechat.merchant(MERCHANT).balanceFen = 0;
    },
    state: "approved",
    problem: "NOT_ENOUGH",
    accepted: false,
    financeHears: ["退款付不出：商户号余额不足"],
    tenantHears: [],
  },
  {
    what: "403 USER_ACCOUNT_ABNORMAL",
    fault: refusal(403, "USER_ACCOUNT_ABNORMAL"),
    problem: "USER_ACCOUNT_ABNORMAL",
    ...TO_BANK,
  },
  { what: "403 TRADE_OVERDUE", fault: refusal(403, "TRADE_OVERDUE"), problem: "TRADE_OVERDUE", ...TO_BANK },
  { what: "400 INVALID_REQUEST", fault: refusal(400, "INVALID_REQUEST"), problem: "INVALID_REQUEST", ...STOPPED },
  { what: "400 PARAM_ERROR", fault: refusal(400, "PARAM_ERROR"), problem: "PARAM_ERROR", ...STOPPED },
  {
    what: "404 RESOURCE_NOT_EXISTS",
    fault: refusal(404, "RESOURCE_NOT_EXISTS"),
    problem: "RESOURCE_NOT_EXISTS",
    ...STOPPED,
  },
  { what: "404 MCH_NOT_EXISTS", fault: refusal(404, "MCH_NOT_EXISTS"), problem: "MCH_NOT_EXISTS", ...STOPPED },
  { what: "401 SIGN_ERROR", fault: refusal(401, "SIGN_ERROR"), problem: "SIGN_ERROR", ...STOPPED },
  {
    what: "400 REFUND_FEE_MISMATCH",
    fault: refusal(400, "REFUND_FEE_MISMATCH"),
    problem: "REFUND_FEE_MISMATCH",
    ...STOPPED,
  },
  { what: "a code that nobody documents", fault: refusal(403, "SOMETHING_NEW"), problem: "SOMETHING_NEW", ...STOPPED },
];

const CRASHES = ["no crash", "crash before the call", "crash after the call"] as const;

/** The process dies around its first application: the gateway throws where it would. */
function dying(context: RefundContext, crash: (typeof CRASHES)[number]): RefundContext {
  if (crash === "no crash") return context;
  let dead = false;
  const wrap = (gateway: RefundGateway): RefundGateway => ({
    merchantId: gateway.merchantId,
    query: (number) => gateway.query(number),
    async request(intent): Promise<RefundResult> {
      if (dead) return gateway.request(intent);
      dead = true;
      if (crash === "crash after the call") await gateway.request(intent);
      throw new Error("the process died");
    },
  });
  return { ...context, gateways: new Map([...context.gateways].map(([id, gateway]) => [id, wrap(gateway)])) };
}

const MINUTE_MS = 60_000;

/** The worker looks every minute for a while; our side's clock runs ahead, as it does by itself. */
async function worksFor(world: RefundWorld, minutes: number, context = world.refunds): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await payDueRefunds(world.db, context);
    world.later(MINUTE_MS + 2_000);
  }
}

const WEEK_MS = 8 * 86_400_000;

describe.each(CRASHES)("with %s", (crash) => {
  // One world for all rows: each pays and asks on its own, eight days apart, so that no risk rule looks at several of them.
  const closing: (() => Promise<void>)[] = [];
  let world: RefundWorld;
  beforeAll(async () => {
    world = await openRefundWorld((close) => closing.push(close));
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  it.each(ROWS)(
    "$what",
    async (row) => {
      world.clock.advanceMs(WEEK_MS);
      world.wechat.merchant(MERCHANT).balanceFen = 0;
      const { key } = await paysAhead(world, "400.00");
      const { refund } = await asks(world, { of: { key } });
      await approves(world, refund, "S04");
      row.arrange?.(world);
      if (row.fault && crash !== "crash before the call") world.wechat.faults.arm("POST", APPLY, row.fault);
      await worksFor(world, 4, dying(world.refunds, crash));
      const stands = await refundOf(world, refund);
      const isRefusal = row.fault !== undefined && row.state !== "processing";
      if (isRefusal && crash !== "no crash") {
        // The dead process heard the refusal, or asked nobody, and wrote nothing: the next one asked again and was taken on.
        expect(stands).toMatchObject({ state: "processing", outRefundNo: refund.outRefundNo });
        expect(world.wechat.refunds.find(MERCHANT, refund.outRefundNo)).toBeDefined();
        return expectBooksInOrder(world);
      }
      expect(stands).toMatchObject({ state: row.state, problem: row.problem ?? null, outRefundNo: refund.outRefundNo });
      expect(world.wechat.refunds.find(MERCHANT, refund.outRefundNo) !== undefined).toBe(row.accepted);
      expect(await heard(world, "陈志强", refund)).toEqual(["退款已批准", ...row.tenantHears]);
      expect(await heard(world, "钱经理", refund)).toEqual(row.financeHears);
      // Owed, and not gone: what has not arrived is on 2241.03 in every row.
      expect(await balancesOf(world, refund)).toEqual({ "2203": 40_000, "2241.03": -40_000 });
      await expectBooksInOrder(world);
      if (row.state !== "processing") return;
      world.wechat.notifications.dropNext();
      world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
      // Nobody tells us: the query finds it.
      await worksFor(world, 12);
      expect((await refundOf(world, refund)).state).toBe("paid");
      expect(await balancesOf(world, refund)).toEqual({ "1012.01": -40_000, "2203": 40_000 });
    },
    60_000,
  );
});

describe("what becomes of it later", () => {
  let world: RefundWorld;
  let refund: StoredRefund;
  beforeEach(async () => {
    world = await openRefundWorld();
    const { key } = await paysAhead(world, "400.00");
    refund = (await asks(world, { of: { key } })).refund;
    await approves(world, refund, "S04");
  });

  it("an account without money is topped up: the same number, asked once more, and one alert a day", async () => {
    world.wechat.merchant(MERCHANT).balanceFen = 0;
    await worksFor(world, 70);
    expect(await heard(world, "钱经理")).toEqual(["退款付不出：商户号余额不足"]);
    expect((await refundOf(world, refund)).state).toBe("approved");
    world.wechat.merchant(MERCHANT).balanceFen = 100_000;
    await worksFor(world, 35);
    expect((await refundOf(world, refund)).state).toBe("processing");
    const asked = await rows<{ state: string; code: string | null }>(
      world.db,
      Prisma.sql`SELECT state, outcome->>'code' AS code FROM vendor_call
        WHERE subject_id = ${refund.refundId}::uuid AND operation = 'refund' ORDER BY attempt`,
    );
    // Every half hour and a little: at 0, 30, 61, 92 minutes.
    expect(asked.map(({ state, code }) => code ?? state)).toEqual(["NOT_ENOUGH", "NOT_ENOUGH", "NOT_ENOUGH", "OK"]);
  }, 60_000);

  it("abnormal: finance hears, nobody pays it twice, and what they mend at the channel arrives", async () => {
    await works(world);
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "ABNORMAL");
    await world.wechat.notifications.settled();
    expect(await refundOf(world, refund)).toMatchObject({ state: "abnormal", route: "wechat" });
    expect(await heard(world, "钱经理")).toEqual(["退款异常：用户账户退不进去"]);
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect((await refundOf(world, refund)).state).toBe("paid");
    expect(await heard(world, "陈志强")).toEqual(["退款已批准", "退款正在路上", "退款需要人工处理", "退款已到账"]);
    await expectBooksInOrder(world);
  });

  it("closed by the channel: the money did not leave, so it goes by bank transfer", async () => {
    await works(world);
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "CLOSED");
    await world.wechat.notifications.settled();
    expect(await refundOf(world, refund)).toMatchObject({ state: "bank-due", route: "bank", problem: "CLOSED" });
    expect(await balancesOf(world)).toEqual({ "2203": 40_000, "2241.03": -40_000 });
    expect(await heard(world, "钱经理")).toEqual(["退款改走银行转账"]);
    await expectBooksInOrder(world);
  });
});
