import { APPROVAL_TYPES } from "../../approval/policy.ts";
import { DUNNING_ACTIONS } from "../../dunning/ladder.ts";
import { STAFF_ROLES } from "../property.ts";
import type { Policies } from "../world.ts";
import { amountAtLeast, integer, oneOf, reference } from "./fields.ts";
import { checked, list, mapped, object, optional, orElse, type Reader, required } from "./shapes.ts";

/* Who approves what (money-rules 11) and when tenants are reminded (money-rules 12). Empty lists leave the defaults. */

const approval = mapped(
  object({
    type: required(oneOf(APPROVAL_TYPES)),
    project: optional(reference("project")),
    upTo: optional(amountAtLeast(1n, "NOT_POSITIVE")),
    steps: required(
      checked(
        list(object({ role: required(oneOf(STAFF_ROLES, "STAFF_ROLE_UNKNOWN")), count: orElse(integer(1, 10), 1) })),
        (steps, place) => {
          if (steps.length === 0) place.report("POLICY_WITHOUT_STEPS");
        },
      ),
    ),
  }),
  ({ upTo, ...row }) => (upTo === undefined ? row : { ...row, upToFen: upTo }),
);

export const policies: Reader<Policies> = object({
  approval: orElse(list(approval), []),
  dunning: orElse(
    list(object({ offsetDays: required(integer(-365, 3650)), action: required(oneOf(DUNNING_ACTIONS)) })),
    [],
  ),
});
