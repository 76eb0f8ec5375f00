import { describe, expect, it } from "vitest";
import { parseRatio } from "../../../src/domain/money/ratio.ts";
import { readLegacyCsv } from "../../../src/usecases/compare/legacy-csv.ts";

describe("the old system's file", () => {
  it("is read with any order of columns, quotes, a byte order mark and Windows line ends", () => {
    const text = '\uFEFFcharge,amount,lease,reading\r\n"re""nt",12600.00,"L,1",\r\nwater,-100.05, L2 ,462.5\r\n';
    expect(readLegacyCsv(text)).toEqual({
      ok: true,
      rows: [
        { lease: "L,1", charge: 're"nt', amountFen: 1_260_000n },
        { lease: "L2", charge: "water", amountFen: -10_005n, reading: parseRatio("462.5") },
      ],
    });
  });

  it.each([
    ["lease,amount\nL1,1", 1, "COLUMN_MISSING"],
    ["lease,charge,amount,tax\nL1,rent,1,2", 1, "COLUMN_UNKNOWN"],
    ["lease,charge,amount,amount\nL1,rent,1,2", 1, "COLUMN_TWICE"],
    ["", 1, "COLUMN_UNKNOWN"],
    ["lease,charge,amount\nL1,rent", 2, "FIELD_COUNT"],
    ["lease,charge,amount\n\nL1,rent,1", 2, "FIELD_COUNT"],
    ['lease,charge,amount\nL1,"rent,1', 2, "QUOTES"],
    ['lease,charge,amount\nL1,"rent"x,1', 2, "QUOTES"],
    ["lease,charge,amount\nL1,,1", 2, "EMPTY"],
    ["lease,charge,amount\nL1,rent,1.005", 2, "NOT_A_NUMBER"],
    ['lease,charge,amount\nL1,rent,"1,000.00"', 2, "NOT_A_NUMBER"],
    ["lease,charge,amount,area\nL1,rent,1,1e3", 2, "NOT_A_NUMBER"],
    ["lease,charge,amount\nL1,rent,1\nL1,rent,2", 3, "ROW_TWICE"],
  ])("%j is refused on line %i: %s", (text, line, code) => {
    const file = readLegacyCsv(text);
    expect(file.ok ? "read" : file.problems[0]).toMatchObject({ line, code });
  });
});
