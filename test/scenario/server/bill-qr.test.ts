import { expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { runCli } from "../../support/server.ts";
import { openPark } from "./park.ts";

it("prints what the QR code on a paper bill says, as WeChat gave it out", { timeout: 120_000 }, async () => {
  const park = await openPark();
  await park.publish();
  const [bill] = await rows<{ no: string }>(park.db, Prisma.sql`SELECT bill_no AS no FROM bill ORDER BY 1 LIMIT 1`);
  const printed = await runCli(park.variables, ["bill", "qr", bill?.no ?? "", "--json"]);
  expect(printed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(printed.stdout)).toEqual({
    billNo: bill?.no,
    scene: expect.stringMatching(/^[\w-]{10,64}$/),
    expiresAt: expect.stringMatching(/Z$/),
    url: expect.stringMatching(/^https?:\/\//),
  });
});
