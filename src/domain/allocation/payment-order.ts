import { compareCodes } from "../charging/code-order.ts";
import type { LineKind } from "../world/lease.ts";
import { ALLOCATION_KEYS, type AllocationKey } from "../world/property.ts";
import type { Payable } from "./open-line.ts";

/** Kinds of one group rank alike and go on to the next key; kinds in no group come last (money-rules 8). */
export type KindPriority = readonly (readonly LineKind[])[];

export const DEFAULT_KIND_PRIORITY: KindPriority = [
  ["electricity", "water", "gas", "shared-electricity", "shared-water"],
  ["management"],
  ["rent"],
];

export const DEFAULT_ALLOCATION_ORDER: readonly AllocationKey[] = ["due-date", "bill", "late-fee", "kind", "position"];

/** How a project wants its lines paid. */
export interface AllocationPolicy {
  readonly order: readonly AllocationKey[];
  /** Undefined: DEFAULT_KIND_PRIORITY. */
  readonly kindPriority?: KindPriority;
}

export const DEFAULT_ALLOCATION_POLICY: AllocationPolicy = { order: DEFAULT_ALLOCATION_ORDER };

/** True for a permutation of `due-date bill late-fee|principal kind position`, the only orders that money-rules 8 allows. */
export function isAllocationOrder(order: readonly string[]): order is AllocationKey[] {
  const known = order.every((key) => ALLOCATION_KEYS.some((allowed) => allowed === key));
  return (
    known &&
    order.length === 5 &&
    new Set(order).size === 5 &&
    order.includes("late-fee") !== order.includes("principal")
  );
}

/**
 * The order in which money pays. Every project keeps its own order among its lines. Where one receipt meets projects
 * with different orders, their queues are merged: the next to be paid is, of the heads of all queues, the one that comes
 * first in the default order. (Comparing line by line with two rules at once would not be an order at all.)
 */
export function inPaymentOrder(
  payables: readonly Payable[],
  policies: Readonly<Record<string, AllocationPolicy>>,
): Payable[] {
  const queues = new Map<string, { policy: AllocationPolicy; payables: Payable[] }>();
  for (const payable of payables) {
    const { project } = payable.line;
    const policy = (Object.hasOwn(policies, project) && policies[project]) || DEFAULT_ALLOCATION_POLICY;
    const key = JSON.stringify([policy.order, policy.kindPriority ?? DEFAULT_KIND_PRIORITY]);
    const queue = queues.get(key) ?? { policy, payables: [] };
    queue.payables.push(payable);
    queues.set(key, queue);
  }
  return merge([...queues.values()].map((queue) => queue.payables.sort(comparatorOf(queue.policy))));
}

function merge(queues: readonly Payable[][]): Payable[] {
  if (queues.length === 1) return queues[0] ?? [];
  const byDefault = comparatorOf(DEFAULT_ALLOCATION_POLICY);
  const taken = queues.map(() => 0);
  const merged: Payable[] = [];
  for (;;) {
    let first: { queue: number; payable: Payable } | undefined;
    for (const [index, queue] of queues.entries()) {
      const head = queue[taken[index] ?? 0];
      if (head && (!first || byDefault(head, first.payable) < 0)) first = { queue: index, payable: head };
    }
    if (!first) return merged;
    merged.push(first.payable);
    taken[first.queue] = (taken[first.queue] ?? 0) + 1;
  }
}

function comparatorOf(policy: AllocationPolicy): (a: Payable, b: Payable) => number {
  const priority = policy.kindPriority ?? DEFAULT_KIND_PRIORITY;
  return (a, b) => {
    for (const key of policy.order) {
      const difference = compareBy(key, a, b, priority);
      if (difference !== 0) return difference;
    }
    // Two lines cannot share bill and position; this keeps even broken data in one order.
    return compareCodes(a.line.lineId, b.line.lineId);
  };
}

function compareBy(key: AllocationKey, a: Payable, b: Payable, priority: KindPriority): number {
  switch (key) {
    case "due-date":
      return a.line.dueDate < b.line.dueDate ? -1 : a.line.dueDate > b.line.dueDate ? 1 : 0;
    case "bill":
      return compareCodes(a.line.billNo, b.line.billNo);
    case "late-fee":
      return Number(a.part !== "late-fee") - Number(b.part !== "late-fee");
    case "principal":
      return Number(a.part !== "principal") - Number(b.part !== "principal");
    case "kind":
      return rankOf(a.line.kind, priority) - rankOf(b.line.kind, priority);
    case "position":
      return a.line.position - b.line.position;
    default:
      return unknownKey(key);
  }
}

function rankOf(kind: LineKind, priority: KindPriority): number {
  const index = priority.findIndex((group) => group.includes(kind));
  return index === -1 ? priority.length : index;
}

function unknownKey(key: never): never {
  throw new RangeError(`unknown allocation key: ${JSON.stringify(key)}`);
}
