import type { Place } from "./place.ts";
import type { WrittenWorld } from "./rows.ts";

interface Coded {
  readonly code: string;
  readonly at: Place;
}

/** Codes are unique within their list, unit and building codes within the document (interfaces.md section 2). */
export function checkCodes(written: WrittenWorld, root: Place): void {
  for (const key of ["entities", "projects", "tenants", "staff", "tariffs", "meters", "pools", "leases"] as const) {
    reportDuplicates(coded<{ readonly code: string }>(written[key], root.child(key)));
  }
  const buildings = nested(
    coded(written.projects, root.child("projects")),
    (project) => project.buildings,
    "buildings",
  );
  reportDuplicates(buildings);
  reportDuplicates(nested(buildings, (building) => building.units, "units"));
  for (const { charges, amendments, at } of coded(written.leases, root.child("leases"))) {
    reportDuplicates(coded(charges, at.child("charges")));
    amendments.forEach((amendment, index) => {
      reportDuplicates(coded(amendment.charges, at.child("amendments").child(index).child("charges")));
    });
  }
  checkAccounts(written, root);
}

function checkAccounts(written: WrittenWorld, root: Place): void {
  const entities = coded(written.entities, root.child("entities"));
  const merchants = nested(entities, (entity) => entity.merchantAccounts, "merchantAccounts");
  const banks = nested(entities, (entity) => entity.bankAccounts, "bankAccounts");
  for (const { merchantAccounts, bankAccounts, at } of entities) {
    reportDuplicates(coded(merchantAccounts, at.child("merchantAccounts")));
    reportDuplicates(coded(bankAccounts, at.child("bankAccounts")));
  }
  forEachRepeated(
    [...merchants, ...banks],
    ({ code }) => code,
    (account, first) => {
      account.at.child("code").report("ACCOUNT_CODE_SHARED", { code: account.code, first: first.at.path });
    },
  );
  forEachRepeated(
    merchants,
    ({ channel, mchId }) => `${channel} ${mchId}`,
    ({ mchId, at }, first) => {
      if (at.isSound("mchId")) at.child("mchId").report("DUPLICATE_MERCHANT_NUMBER", { mchId, first: first.at.path });
    },
  );
}

function reportDuplicates(rows: readonly Coded[]): void {
  forEachRepeated(
    rows,
    ({ code }) => code,
    (row, first) => {
      row.at.child("code").report("DUPLICATE_CODE", { code: row.code, first: first.at.path });
    },
  );
}

const coded = <T extends { readonly code: string }>(rows: readonly T[], at: Place): readonly (T & Coded)[] =>
  rows.map((row, index) => ({ ...row, at: at.child(index) }));

const nested = <T extends Coded, Row extends { readonly code: string }>(
  parents: readonly T[],
  rowsOf: (parent: T) => readonly Row[],
  key: string,
): readonly (Row & Coded)[] => parents.flatMap((parent) => coded(rowsOf(parent), parent.at.child(key)));

/** Calls back for every row whose key an earlier row has; codes that could not be read are no keys. */
export function forEachRepeated<T extends { readonly at: Place }>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  found: (row: T, first: T) => void,
): void {
  const seen = new Map<string, T>();
  for (const row of rows) {
    if (!row.at.isSound("code")) continue;
    const key = keyOf(row);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, row);
    else found(row, first);
  }
}
