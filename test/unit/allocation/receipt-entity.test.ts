import { describe, expect, it } from "vitest";
import { resolveReceiptEntity } from "../../../src/domain/allocation/receipt-entity.ts";

const bill = (billNo: string, entity: string) => ({ billNo, entity });

describe("the entity of a receipt", () => {
  it.each([
    {
      name: "that of the named bills",
      facts: { namedBills: [bill("B1", "E2")], owedEntities: ["E1", "E2"] },
      entity: "E2",
    },
    { name: "the only one owed", facts: { namedBills: [], owedEntities: ["E1", "E1"] }, entity: "E1" },
    {
      name: "the one that was said, even where another is owed",
      facts: { statedEntity: "E2", namedBills: [], owedEntities: ["E1"] },
      entity: "E2",
    },
    {
      name: "said and named agree",
      facts: { statedEntity: "E1", namedBills: [bill("B1", "E1")], owedEntities: [] },
      entity: "E1",
    },
  ])("$name", ({ facts, entity }) => {
    expect(resolveReceiptEntity(facts)).toEqual({ ok: true, entity });
  });

  it.each([
    {
      name: "bills of two entities",
      facts: { namedBills: [bill("B1", "E1"), bill("B2", "E2")], owedEntities: [] },
      code: "RECEIPT_BILLS_OF_SEVERAL_ENTITIES",
      says: "B2 (E2)",
    },
    {
      name: "said one, named another",
      facts: { statedEntity: "E1", namedBills: [bill("B1", "E2")], owedEntities: [] },
      code: "RECEIPT_ENTITY_CONFLICT",
      says: "E2",
    },
    {
      name: "two owed",
      facts: { namedBills: [], owedEntities: ["E2", "E1"] },
      code: "RECEIPT_ENTITY_UNSAID",
      says: "E1, E2",
    },
    {
      name: "nothing owed",
      facts: { namedBills: [], owedEntities: [] },
      code: "RECEIPT_ENTITY_UNSAID",
      says: "owes nothing",
    },
  ])("refused: $name", ({ facts, code, says }) => {
    const answer = resolveReceiptEntity(facts);
    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.ok ? "" : answer.message.en).toContain(says);
  });
});
