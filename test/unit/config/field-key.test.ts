import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fieldEncryptionKeys } from "../../../src/config/field-key.ts";
import { Secret } from "../../../src/config/secret.ts";

describe("the keys that encrypt fields", () => {
  let dataDir = "";
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), "parkledger-key-")), "data");
  });
  afterEach(() => rmSync(join(dataDir, ".."), { recursive: true }));

  const embedded = () => ({ fieldEncryptionKey: undefined, fieldEncryptionOldKeys: [], dataDir });

  it("are made once for the embedded database, readable by their owner alone", () => {
    const [first] = fieldEncryptionKeys(embedded());
    expect(first).toHaveLength(32);
    expect(fieldEncryptionKeys(embedded())).toEqual([first]);
    expect(statSync(join(dataDir, "field-encryption.key")).mode & 0o777).toBe(0o600);
  });

  it("are those of the environment when it names them, the current one first", () => {
    const key = (byte: number) => new Secret(Buffer.alloc(32, byte).toString("base64"));
    expect(fieldEncryptionKeys({ fieldEncryptionKey: key(1), fieldEncryptionOldKeys: [key(2)], dataDir })).toEqual([
      Buffer.alloc(32, 1),
      Buffer.alloc(32, 2),
    ]);
  });

  it("are never replaced when the kept file is damaged", () => {
    fieldEncryptionKeys(embedded());
    writeFileSync(join(dataDir, "field-encryption.key"), "short");
    expect(() => fieldEncryptionKeys(embedded())).toThrow("does not hold a key of 32 bytes");
  });
});
