import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveLinkKey, type LinkClaims, openLink, signLink } from "../../../src/http/h5/link.ts";

const key = deriveLinkKey(Buffer.alloc(32, 1));
const otherKey = deriveLinkKey(Buffer.alloc(32, 2));
const nowMs = Date.parse("2026-09-05T10:00:00+08:00");
const claims: LinkClaims = {
  purpose: "pay",
  tenantId: "01990000-0000-7000-8000-000000000001",
  entityId: "01990000-0000-7000-8000-000000000002",
  billNos: ["DG-202609-00001"],
  expiresAtMs: nowMs + 60_000,
};

describe("a signed link", () => {
  it("says what was signed, for any bills", () => {
    const billNo = fc.string({ minLength: 1, maxLength: 16, unit: "grapheme" }).filter((text) => !/\p{Cs}/u.test(text));
    fc.assert(
      fc.property(
        fc.array(billNo, { minLength: 1, maxLength: 30 }),
        fc.constantFrom("pay" as const, "bill" as const),
        (billNos, purpose) => {
          // Some graphemes need more than the 64 bytes that a bill number may have.
          fc.pre(billNos.every((text) => Buffer.byteLength(text) <= 64));
          const signed = { ...claims, billNos, purpose };
          expect(openLink([key], signLink(key, signed), nowMs)).toEqual({ ok: true, claims: signed });
        },
      ),
    );
  });

  it("is short: 96 characters for a bill, fewer than 260 for a year of them", () => {
    // 39 bytes of head, 2 + 15 for the number, 16 of MAC = 72 bytes = 96 characters; further ones share their beginning.
    expect(signLink(key, claims)).toHaveLength(96);
    const year = Array.from({ length: 12 }, (_, month) => `DG-2026${String(month + 1).padStart(2, "0")}-00001`);
    expect(signLink(key, { ...claims, billNos: year }).length).toBeLessThan(260);
  });

  it("is refused with any one character changed, added or taken away", () => {
    const token = signLink(key, claims);
    const changed = [...token].map((character, index) => {
      const other = character === "A" ? "B" : "A";
      return `${token.slice(0, index)}${other}${token.slice(index + 1)}`;
    });
    for (const text of [...changed, `${token}A`, `${token}=`, ` ${token}`, token.slice(0, -1), ""]) {
      expect(openLink([key], text, nowMs)).toEqual({ ok: false, refusal: "tampered" });
    }
  });

  it("ends when it says, to the second", () => {
    const token = signLink(key, claims);
    expect(openLink([key], token, claims.expiresAtMs - 1).ok).toBe(true);
    expect(openLink([key], token, claims.expiresAtMs)).toEqual({ ok: false, refusal: "expired" });
  });

  it("opens with an older key of the ring and with no other", () => {
    const token = signLink(otherKey, claims);
    expect(openLink([key, otherKey], token, nowMs).ok).toBe(true);
    expect(openLink([key], token, nowMs)).toEqual({ ok: false, refusal: "tampered" });
  });

  it.each([
    ["no bill", { billNos: [] }],
    ["more than 100 bills", { billNos: Array.from({ length: 101 }, (_, index) => `B${index}`) }],
    ["a tenant that is no UUID", { tenantId: "T001" }],
  ])("is not made for %s", (_case, change) => {
    expect(() => signLink(key, { ...claims, ...change })).toThrow(RangeError);
  });
});
