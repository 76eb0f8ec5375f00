/** Why a pool month cannot be computed; every lease of the pool is parked with it (money-rules 2 and 5). */
export interface PoolFailure {
  readonly ok: false;
  readonly code: "UNIT_WITHOUT_AREA" | "TARIFF_MISSING" | "POOL_INCOMPLETE" | "NEGATIVE_RESULT";
  readonly message: string;
}

export const poolFailure = (code: PoolFailure["code"], message: string): PoolFailure => ({ ok: false, code, message });
