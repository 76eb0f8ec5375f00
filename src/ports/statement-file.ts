import type { StatementEvent } from "../domain/reconciliation/statement-event.ts";

/** A statement as received; it may be read as often as needed, always from its first byte. */
export interface StatementFile {
  /** As the sender named it, without folders. */
  readonly name: string;
  /** Lower-case hex, of the bytes as received. */
  readonly sha256: string;
  readonly sizeBytes: number;
  bytes(): AsyncIterable<Uint8Array>;
  /** Its rows, read; see StatementEvent. */
  events(): AsyncIterable<StatementEvent>;
}
