/**
 * Rows as the one text parameter of `jsonb_to_recordset($1::jsonb)`: thousands of rows in one statement. bigint becomes
 * text, which PostgreSQL reads into BIGINT without passing through a float.
 */
export const toRecordset = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
