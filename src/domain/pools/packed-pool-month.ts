import { groupBy } from "../group-by.ts";
import { type Ratio, ratio } from "../money/ratio.ts";
import { type ComputedPoolMonth, exactShareYuan, type PoolMonth, type PoolShare } from "./pool-month.ts";

type PackedRatio = readonly [numerator: string, denominator: string];
type PackedShare = readonly [
  order: number,
  unit: string,
  days: number,
  amountFen: string,
  takenWeight: PackedRatio,
  parts: readonly (readonly [...PackedRatio, days: number])[],
];

/**
 * The same pool month with its shares as text, unpacked when they are looked at. A run keeps the months of all pools until
 * its last lease: as objects a share weighs two kilobytes, as text a tenth. Every figure comes back as it was, also the
 * numerators and denominators of fractions, so that lines and documents are the same to the byte.
 */
export function packPoolMonth(month: PoolMonth): PoolMonth {
  if (!month.ok) return month;
  const ordered = month.shares.map((share, order) => ({ share, order }));
  const texts = new Map<string, string>();
  for (const [lease, shares] of groupBy(ordered, ({ share }) => share.lease)) {
    texts.set(lease, JSON.stringify(shares.map(({ share, order }) => packShare(share, order))));
  }
  return withPackedShares(month, texts);
}

/** Of the month it is made from nothing but the figures of the whole is kept. */
function withPackedShares(
  { ok, pool, month, cost, costFen, takenWeightSum, operatorFen, weightBy, lastFenTo, estimated }: ComputedPoolMonth,
  texts: ReadonlyMap<string, string>,
): ComputedPoolMonth {
  const unpack = (lease: string, text: string): readonly { readonly order: number; readonly share: PoolShare }[] =>
    (JSON.parse(text) as PackedShare[]).map((packed) => unpackShare(packed, lease, { costFen, takenWeightSum }));
  return {
    ok,
    pool,
    month,
    cost,
    costFen,
    takenWeightSum,
    operatorFen,
    weightBy,
    lastFenTo,
    estimated,
    get shares() {
      return [...texts]
        .flatMap(([lease, text]) => unpack(lease, text))
        .sort((a, b) => a.order - b.order)
        .map(({ share }) => share);
    },
    sharesByLease: {
      get(lease) {
        const text = texts.get(lease);
        return text === undefined ? undefined : unpack(lease, text).map(({ share }) => share);
      },
    },
  };
}

const packRatio = ({ numerator, denominator }: Ratio): PackedRatio => [String(numerator), String(denominator)];

const packShare = ({ unit, days, amountFen, takenWeight, parts }: PoolShare, order: number): PackedShare => [
  order,
  unit,
  days,
  String(amountFen),
  packRatio(takenWeight),
  parts.map((part) => [...packRatio(part.weight), part.days]),
];

function unpackShare(
  [order, unit, days, amountFen, [numerator, denominator], parts]: PackedShare,
  lease: string,
  { costFen, takenWeightSum }: Pick<ComputedPoolMonth, "costFen" | "takenWeightSum">,
): { readonly order: number; readonly share: PoolShare } {
  const takenWeight = ratio(BigInt(numerator), BigInt(denominator));
  const share = {
    unit,
    lease,
    parts: parts.map(([above, below, partDays]) => ({
      weight: ratio(BigInt(above), BigInt(below)),
      days: partDays,
    })),
    days,
    takenWeight,
    exactYuan: exactShareYuan(costFen, takenWeight, takenWeightSum),
    amountFen: BigInt(amountFen),
  };
  return { order, share };
}
