import type { Command } from "./command.ts";
import { billRunCommand, billShowCommand } from "./commands/bill.ts";
import { importCommand } from "./commands/import.ts";

/** Every command of the operator's command line, in the order of the help. */
export const COMMANDS: readonly Command[] = [importCommand, billRunCommand, billShowCommand];
