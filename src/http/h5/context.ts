import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { JsConfigSigner } from "../../ports/js-config.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { BillNotices } from "../../usecases/billing/publish-bills.ts";
import type { PaymentContext } from "../../usecases/payments/context.ts";
import type { PrintForLink } from "./document-routes.ts";
import type { SignIn } from "./sign-in.ts";

/** What compose.ts gives to the pages. */
export interface H5Context {
  readonly db: Database;
  /** Opens the account number that members see for a bank transfer. */
  readonly encryption: FieldEncryption;
  /** Gateways, clocks, and what is said when money arrives. */
  readonly payments: PaymentContext;
  /** PUBLIC_URL; its host must be a 网页授权域名 of the account, its /h5/ a payment directory of the merchant. */
  readonly publicUrl: string;
  /** `deriveLinkKey` of every field key, the current one first. */
  readonly linkKeys: readonly [Uint8Array, ...Uint8Array[]];
  /** Of every platform that is on. None: nobody is known, everybody pays by QR code and sees the limited page. */
  readonly signIns: readonly SignIn[];
  /** What tenants are told of a bill that an approval publishes. */
  readonly billNotices?: BillNotices | undefined;
  /** Papers behind signed links; absent: none are given out. */
  readonly printDocument?: PrintForLink | undefined;
  /** Signs pages for WeChat's own functions; absent: pages do without. */
  readonly jsConfig?: JsConfigSigner | undefined;
  readonly logger: Logger;
}
