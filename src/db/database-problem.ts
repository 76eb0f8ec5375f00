/**
 * Why there is no usable database. `message` is one line, Chinese then English, that tells a person what to do; main and
 * the command line print it as it is (exit code 3) instead of a stack.
 */
export class DatabaseProblem extends Error {
  readonly code: DatabaseProblemCode;

  constructor(code: DatabaseProblemCode, chinese: string, english: string, cause?: unknown) {
    super(`${chinese} / ${english}`, cause === undefined ? undefined : { cause });
    this.name = "DatabaseProblem";
    this.code = code;
  }
}

export type DatabaseProblemCode =
  | "BINARIES_MISSING"
  | "DATA_DIR_UNUSABLE"
  | "DATA_LOST"
  | "DATA_OF_OTHER_VERSION"
  | "LOCK_TIMEOUT"
  | "MIGRATION_CHANGED"
  | "MIGRATION_FAILED"
  | "NO_SERVER_ACCOUNT"
  | "PORT_TAKEN"
  | "SCHEMA_NEWER"
  | "SERVER_FAILED"
  | "URL_UNUSABLE";

/** The first line of any thrown value, for the end of such a sentence. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
  return text.split("\n", 1)[0] ?? "";
};
