import type { Place } from "./place.ts";
import type { Rows, WrittenWorld } from "./rows.ts";

/** Staff and the policies that need them. */
export function checkPeople(written: WrittenWorld, rows: Rows, root: Place): void {
  written.staff.forEach(({ projects, buildings }, index) => {
    const at = root.child("staff").child(index).child("buildings");
    if (projects.length === 0) return;
    buildings.forEach((building, position) => {
      const project = rows.buildings.get(building)?.project;
      if (project !== undefined && !projects.includes(project)) {
        at.child(position).report("BUILDING_OF_OTHER_PROJECT", { building, project });
      }
    });
  });
  checkApprovalPolicy(written, rows, root.child("policies").child("approval"));
}

/** The first row that fits decides (money-rules 11), and each step wants that many different people. */
function checkApprovalPolicy(written: WrittenWorld, rows: Rows, at: Place): void {
  const policy = written.policies.approval;
  policy.forEach((row, index) => {
    const place = at.child(index);
    const first = policy.findIndex(
      (other) =>
        other.type === row.type &&
        (other.project === undefined || other.project === row.project) &&
        (other.upToFen === undefined || (row.upToFen !== undefined && row.upToFen <= other.upToFen)),
    );
    if (first < index && place.isSound("type", "project", "upTo")) {
      place.report("POLICY_UNREACHABLE", { first: at.child(first).path });
    }
    row.steps.forEach(({ role, count }, step) => {
      const present = [...rows.staff.values()].filter(({ roles }) => roles.some((held) => held === role)).length;
      const stepPlace = place.child("steps").child(step);
      if (rows.staff.size > 0 && present < count && stepPlace.isSound("role", "count")) {
        stepPlace.report("POLICY_UNSTAFFED", { count, role, present });
      }
    });
  });
}
