import { Prisma } from "../../generated/prisma/client.ts";
import { row } from "../db/rows.ts";
import { type CliContext, type OptionValues, textOption, UsageError } from "./command.ts";

/**
 * Who the audit trail will name. `--as` has to be somebody of the staff, or one of `arriving` (those whom this import brings):
 * a name that nobody has proves nothing. Throws UsageError.
 */
export async function actorOf(context: CliContext, options: OptionValues, arriving: readonly string[] = []) {
  const staff = textOption(options, "as");
  if (staff !== undefined && !arriving.includes(staff) && !(await isOfTheStaff(context, staff))) {
    throw new UsageError(`没有在职员工 ${staff}，请检查 --as 的员工编号`);
  }
  return { today: context.clock.today(), actor: staff === undefined ? "operator" : `staff:${staff}`, channel: "cli" };
}

const isOfTheStaff = async (context: CliContext, code: string): Promise<boolean> =>
  (await row(context.db, Prisma.sql`SELECT 1 AS found FROM staff WHERE code = ${code} AND left_at IS NULL`)) !==
  undefined;
