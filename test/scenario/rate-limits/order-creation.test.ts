import { expect, it } from "vitest";
import { RATE_LIMITS } from "../../../src/usecases/rate-limits/rate-limits.ts";
import { openPaymentWorld } from "../../db/payments/payment-world.ts";

it("a link makes ten orders a minute and no more, in whatever hands it is", async () => {
  const world = await openPaymentWorld();
  // Between minutes eleven presses might fall into two windows: the wire clock stands still.
  const wireMs = Date.now();
  world.context.wireClock.nowMs = () => wireMs;
  const link = world.linkTo(await world.selectionOf("T002", "E1"));
  const press = async (renew: string): Promise<Response> => {
    const form = /name="form" value="([^"]+)"/.exec(await (await fetch(link)).text())?.[1] ?? "";
    return fetch(link, { method: "POST", body: new URLSearchParams({ form, renew }), redirect: "manual" });
  };
  const { limit } = RATE_LIMITS["order-creation"];
  for (let time = 0; time < limit; time += 1) expect((await press("1")).status).toBe(303);
  const refused = await press("1");
  expect(refused.status).toBe(429);
  expect(await refused.text()).toContain("请一分钟后再试");
  const [orders] = await world.db.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM payment_order`;
  expect(orders?.count).toBe(limit);
});
