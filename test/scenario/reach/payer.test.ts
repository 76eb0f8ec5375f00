import { expect, it } from "vitest";
import { inTransaction } from "../../../src/db/transaction.ts";
import { prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { takeFromReachWindow } from "../../../src/usecases/reach/reach-windows.ts";
import { APP_ID, openPaymentWorld } from "../../db/payments/payment-world.ts";
import { eventually } from "../../support/eventually.ts";

it("whoever has paid may be written to for two days, as often as need be", async () => {
  const world = await openPaymentWorld();
  const payer = { appId: APP_ID, externalId: "oPayerWithoutAnyTenant" };
  await world.officialAccount
    .user(payer.externalId)
    .subscribe()
    .catch(() => undefined);
  const take = (laterMs: number) =>
    inTransaction(world.db, (tx) => takeFromReachWindow(tx, payer, world.clock.nowMs() + laterMs));
  expect(await take(0)).toBeUndefined();

  const selection = await world.selectionOf("T002", "E1");
  const prepared = await prepareOrder(world.db, { ...selection, createdBy: "test", method: "native" }, world.context);
  if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error("not payable");
  world.wechat.pay(prepared.ticket.codeUrl, payer.externalId);

  await eventually(() => take(0)).toEqual(expect.any(String));
  for (let message = 0; message < 10; message += 1) expect(await take(47 * 3_600_000)).toEqual(expect.any(String));
  expect(await take(49 * 3_600_000)).toBeUndefined();
});
