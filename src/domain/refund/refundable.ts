import { type Fen, smallerFen } from "../money/fen.ts";

/** What is known of a payment and of the unallocated money that came from it. Amounts in fen. */
export interface RefundableMoney {
  /** Amount of the payment; undefined: the money came with no payment (taken over, a credit). */
  readonly receivedFen: Fen | undefined;
  /** Of that payment, refunded or being refunded, from whatever it had become. */
  readonly refundedFen: Fen;
  /** What lies free where the refund would take it: prepayment, unclaimed money or deposit. */
  readonly freeFen: Fen;
  /** Asked for from the same place and not yet taken out of it. */
  readonly askedFen: Fen;
}

/**
 * How much may be refunded now (money-rules 11): what lies free and nobody has asked for, but never more than was received
 * on that payment − refunded − being refunded. Never below zero.
 */
export function refundableFen({ receivedFen, refundedFen, freeFen, askedFen }: RefundableMoney): Fen {
  const unaskedFen = freeFen - askedFen;
  const restFen = receivedFen === undefined ? unaskedFen : smallerFen(unaskedFen, receivedFen - refundedFen);
  return restFen > 0n ? restFen : 0n;
}

/** A row of prepayment that a refund can be taken from. */
export interface RefundablePrepayment {
  readonly prepaymentId: string;
  readonly remainingFen: Fen;
}

/** Takes an amount out of prepayments in the order given; undefined when they hold less. */
export function takeFromPrepayments(
  prepayments: readonly RefundablePrepayment[],
  amountFen: Fen,
): readonly { readonly prepaymentId: string; readonly amountFen: Fen }[] | undefined {
  let restFen = amountFen;
  const taken = prepayments.flatMap(({ prepaymentId, remainingFen }) => {
    const partFen = smallerFen(remainingFen, restFen);
    if (partFen <= 0n) return [];
    restFen -= partFen;
    return [{ prepaymentId, amountFen: partFen }];
  });
  return restFen === 0n ? taken : undefined;
}
