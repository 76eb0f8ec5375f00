import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { BusinessClock, WireClock } from "../../ports/clock.ts";
import type { RefundGateway } from "../../ports/refund-gateway.ts";
import type { RefundNotices } from "./notices.ts";

/** What people must look at, said aloud: log it as an error. Numbers and codes only. */
export interface RefundProblem {
  readonly code: "REFUND_MISMATCH" | "REFUND_WITHOUT_REQUEST" | "REFUND_STUCK";
  readonly outRefundNo: string;
  readonly detail: string;
}

/** What the use cases of refunds need besides the database. */
export interface RefundContext {
  /** By merchant number. */
  readonly gateways: ReadonlyMap<string, RefundGateway>;
  readonly businessClock: BusinessClock;
  readonly wireClock: WireClock;
  readonly notices: RefundNotices;
  readonly encryption: FieldEncryption;
  readonly onProblem: (problem: RefundProblem) => void;
}
