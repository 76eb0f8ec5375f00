import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { STAFF_ROLES } from "../../src/domain/world/property.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { REPOSITORY, readJson } from "./examples.ts";

describe("the demo world", () => {
  const result = readWorld(readJson(join(REPOSITORY, "prisma/demo-world.json")), {
    today: parseCivilDate("2026-11-01"),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors, undefined, 2));
  const { world } = result;

  it("is read without a problem or a doubt", () => {
    expect(result.warnings).toEqual([]);
  });

  it("has somebody in every role, and two area managers to approve a refund together", () => {
    const roles = world.staff.flatMap((person) => person.roles);
    expect([...new Set(roles)].toSorted()).toEqual(STAFF_ROLES.toSorted());
    expect(roles.filter((role) => role === "area-manager")).toHaveLength(2);
  });

  it("charges in every way there is", () => {
    const rules = new Set(world.leases.flatMap(({ charges }) => charges.map(({ rule }) => rule.type)));
    expect([...rules].toSorted()).toEqual(["area", "fixed", "formula", "metered", "pool"]);
    expect(new Set(world.tariffs.map(({ kind }) => kind))).toEqual(new Set(["flat", "tou", "tiered"]));
  });

  it("holds no telephone number that could be somebody's", () => {
    const phones = world.tenants.flatMap(({ contacts }) => contacts.flatMap(({ phone }) => phone ?? []));
    expect(phones.filter((phone) => !/^13800000\d{3}$/.test(phone))).toEqual([]);
  });
});
