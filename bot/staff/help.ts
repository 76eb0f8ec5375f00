import { staffMenuCard } from "../../cards/staff-menu-card.ts";
import type { Answer } from "../context.ts";
import { say } from "../context.ts";
import type { StaffContext } from "./context.ts";

/** 帮助 or a greeting: what this colleague's roles can ask for. */
export const staffHelp = async ({ staff }: StaffContext): Promise<Answer> => say(staffMenuCard(staff));
