/** Why a request about money is refused: nothing was written. The sentences say what the person can do. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: { readonly zh: string; readonly en: string };
}

export const refuse = (code: string, zh: string, en: string): Refusal => ({ ok: false, code, message: { zh, en } });
