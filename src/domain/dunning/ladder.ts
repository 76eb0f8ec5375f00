/** What a step of the ladder does, from mild to grave; every step is also something that can be said to the tenant. */
export const DUNNING_ACTIONS = ["remind", "notice", "steward-task", "formal-notice", "escalate"] as const;
export type DunningAction = (typeof DUNNING_ACTIONS)[number];

export interface DunningStep {
  /** Days from the due date; negative before it. */
  readonly offsetDays: number;
  readonly action: DunningAction;
}

/** Money-rules 12, where `policies.dunning` of the world file names no other. */
export const DEFAULT_DUNNING_LADDER: readonly DunningStep[] = [
  { offsetDays: -3, action: "remind" },
  { offsetDays: 1, action: "notice" },
  { offsetDays: 7, action: "steward-task" },
  { offsetDays: 15, action: "formal-notice" },
  { offsetDays: 30, action: "escalate" },
];

/** Whether a step gives somebody on the staff a task; a formal notice is carried to the tenant, so it does too. */
export function makesTask(step: DunningStep): boolean {
  switch (step.action) {
    case "remind":
    case "notice":
      return false;
    case "steward-task":
    case "formal-notice":
    case "escalate":
      return true;
    default:
      return unknownAction(step.action);
  }
}

/** From the lowest step to the highest; of two steps on one day the graver is the higher. */
export const inLadderOrder = (steps: readonly DunningStep[]): DunningStep[] =>
  [...steps].sort(
    (a, b) => a.offsetDays - b.offsetDays || DUNNING_ACTIONS.indexOf(a.action) - DUNNING_ACTIONS.indexOf(b.action),
  );

function unknownAction(action: never): never {
  throw new RangeError(`unknown dunning action: ${JSON.stringify(action)}`);
}
