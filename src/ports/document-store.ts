/** A file that we keep: a bill as PDF, a list as XLSX. */
export interface StoredDocument {
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Where the outbox finds the bytes of a file message. */
export interface DocumentStore {
  /** Undefined when there is no such document (any more). */
  read(documentId: string): Promise<StoredDocument | undefined>;
}
