import { readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { modelsText, readSchema } from "../../../prisma/schema-text.ts";
import { withDatabase } from "../../support/database.ts";

describe("schema.prisma", () => {
  const database = withDatabase();

  async function inClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it("says what the migrations made, column by column (else: npm run schema)", async () => {
    const file = readFileSync(new URL("../../../prisma/schema.prisma", import.meta.url), "utf8");
    const models = file.slice(file.search(/^model /m));
    expect(models).toBe(modelsText(await inClient(readSchema)));
  });

  it("names types, nullability, keys and defaults of a table", async () => {
    const schema = await inClient(async (client) => {
      await client.query("create schema sample");
      await client.query("set search_path to sample");
      await client.query(`create table rent_step (
        lease_id uuid, step_no int, code varchar(20) not null unique, price numeric(14,4), area numeric not null,
        valid daterange not null, tags text[] not null default '{}', note text default 'none', active boolean not null default true,
        amount_fen bigint not null default 0, doubled_fen bigint generated always as (amount_fen * 2) stored,
        due date, made_at timestamptz not null default now(), payload jsonb, cipher bytea,
        primary key (lease_id, step_no))`);
      await client.query("create unique index on rent_step (note) where active");
      await client.query("create unique index on rent_step (due, note)");
      return readSchema(client);
    });
    expect(modelsText(schema)).toBe(`model RentStep {
  leaseId    String                   @map("lease_id") @db.Uuid
  stepNo     Int                      @map("step_no")
  code       String                   @unique @db.VarChar(20)
  price      Decimal?                 @db.Decimal(14,4)
  area       Decimal                  @db.Decimal
  valid      Unsupported("daterange")
  tags       String[]                 @default(dbgenerated("'{}'::text[]"))
  note       String?                  @default("none")
  active     Boolean                  @default(true)
  amountFen  BigInt                   @default(0) @map("amount_fen")
  doubledFen BigInt?                  @default(dbgenerated()) @map("doubled_fen")
  due        DateTime?                @db.Date
  madeAt     DateTime                 @default(now()) @map("made_at") @db.Timestamptz(6)
  payload    Json?
  cipher     Bytes?

  @@id([leaseId, stepNo])
  @@unique([due, note])
  @@map("rent_step")
}
`);
  });
});
