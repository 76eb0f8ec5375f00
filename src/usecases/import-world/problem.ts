/** One reason why an import is refused, or one thing worth knowing about an accepted one. */
export interface ImportProblem {
  /** JSON path in the file, "$.leases[3].charges[0]". */
  readonly path: string;
  readonly code: string;
  /** A Chinese sentence that says what to do. */
  readonly message: string;
}
