import { invoiceCards } from "../../bot/notices/invoice-notices.ts";
import { invoiceOrderCard } from "../../bot/notices/invoice-order-notices.ts";
import type { Config } from "../config/env.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { createNuonuoProvider } from "../invoicing/nuonuo/nuonuo.ts";
import type { BusinessClock, WireClock } from "../ports/clock.ts";
import type { InvoiceProvider } from "../ports/invoice-provider.ts";
import type { SharedState } from "../ports/shared-state.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { InvoiceOrderContext } from "../usecases/invoice-orders/context.ts";
import type { InvoiceLinks } from "./invoice-services.ts";

/** How often orders are looked at whose next step is due. */
export const INVOICE_ORDER_POLL_MS = 2_000;

/** The providers that are configured, by the name that `invoice setting --provider` takes. A new one is a line here. */
export const invoiceProvidersOf = (
  { nuonuo }: Pick<Config, "nuonuo">,
  sharedState: SharedState,
): ReadonlyMap<string, InvoiceProvider> => {
  const providers = [
    ...(nuonuo === undefined
      ? []
      : [
          createNuonuoProvider(
            { ...nuonuo, appSecret: nuonuo.appSecret.reveal(), accessToken: nuonuo.accessToken?.reveal() },
            sharedState,
          ),
        ]),
  ];
  return new Map(providers.map((provider) => [provider.name, provider]));
};

/** What the steps of orders need: providers, words, links, clocks. */
export const invoiceOrderContextOf = (deps: {
  readonly providers: ReadonlyMap<string, InvoiceProvider>;
  readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
  readonly officialAccountAppId: string | undefined;
  readonly encryption: FieldEncryption;
  readonly links: InvoiceLinks;
  readonly logger: Logger;
}): InvoiceOrderContext => ({
  providers: deps.providers,
  businessClock: deps.clocks.business,
  wireClock: deps.clocks.wire,
  encryption: deps.encryption,
  messaging: {
    cards: invoiceCards,
    officialAccountAppId: deps.officialAccountAppId,
    fileLink: deps.links.fileLink,
    pageLink: deps.links.pageLink,
  },
  orderCard: invoiceOrderCard,
  onProblem: (problem) => deps.logger.error(problem, "invoice-order.problem"),
});
