import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { leaseInPortfolio, type Portfolio } from "../staff/portfolio.ts";

/** What a report is about: never more than the reader's portfolio. */
export interface ReportPlace extends Portfolio {
  readonly ok: true;
  /** Codes of what was named, so that a button can name it again. */
  readonly projectCode?: string | undefined;
  readonly buildingCode?: string | undefined;
  /** "东莞园区 A栋", or "" for the whole portfolio. */
  readonly name: string;
}

interface Named {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

const SUFFIX = /(?:园区|项目|产业园|科技园|园|栋|楼|座|号楼)$/;

/** Whether words mean a place: its code, its name, or the name as people shorten it ("东莞" for 东莞园区, "A" for A栋). */
export function isMeant(words: string, place: { readonly code: string; readonly name: string }): boolean {
  const said = words.normalize("NFKC").trim().toUpperCase();
  const short = said.replace(SUFFIX, "");
  const name = place.name.normalize("NFKC").toUpperCase();
  return (
    [said, short].includes(place.code.toUpperCase()) ||
    name === said ||
    (short !== "" && (name.replace(SUFFIX, "") === short || (short.length > 1 && name.includes(short))))
  );
}

/** The projects and buildings that words name within somebody's portfolio; nothing named: all of it. */
export async function findReportPlace(
  tx: Transaction,
  member: StaffMember,
  words: { readonly project?: string | undefined; readonly building?: string | undefined },
): Promise<ReportPlace | Refusal> {
  const projects = await rows<Named>(
    tx,
    Prisma.sql`SELECT id::text, code, name FROM project WHERE id::text = ANY (${[...member.projectIds]})
      ORDER BY code COLLATE "C"`,
  );
  const project = words.project === undefined ? undefined : projects.find((one) => isMeant(words.project ?? "", one));
  if (words.project !== undefined && project === undefined) return unknownPlace(words.project);
  const projectIds = project ? [project.id] : projects.map(({ id }) => id);
  const buildings =
    words.building === undefined
      ? []
      : await rows<Named>(
          tx,
          Prisma.sql`SELECT id::text, code, name FROM building WHERE project_id::text = ANY (${projectIds})
            ORDER BY code COLLATE "C"`,
        );
  const building = buildings.find(
    (one) =>
      (member.buildingIds.length === 0 || member.buildingIds.includes(one.id)) && isMeant(words.building ?? "", one),
  );
  if (words.building !== undefined && building === undefined) return unknownPlace(words.building);
  return {
    ok: true,
    projectIds,
    buildingIds: building ? [building.id] : member.buildingIds,
    projectCode: project?.code,
    buildingCode: building?.code,
    name: [project?.name, building?.name].filter((part) => part !== undefined).join(" "),
  };
}

const unknownPlace = (words: string): Refusal =>
  refuse(
    "PLACE_UNKNOWN",
    `没有找到“${words}”，或者它不在您负责的范围里。请说园区或楼栋的名称或编号。`,
    `Nothing in your portfolio is called ${words}.`,
  );

/** Bills (`b`) of a place; a lease in several buildings belongs to each of them. */
export const billsOf = (place: Portfolio): Prisma.Sql =>
  Prisma.sql`b.state IN ('issued', 'published') AND ${leaseInPortfolio(Prisma.sql`b.lease_id`, place)}`;
