import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { PARCEL_BYTES } from "./copy-stream.ts";

const NEWLINE = 0x0a;

/** Reads a gzip file line by line, as bytes, and keeps the hash of what was read. State of one reading. */
export class BackupLines {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hash = createHash("sha256");
  #rest: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(file: string) {
    const source = createReadStream(file);
    const gunzip = createGunzip();
    source.on("error", (error) => gunzip.destroy(error));
    // Read or not yet read: whoever asks for the next line gets the error, and nobody else.
    gunzip.on("error", () => {});
    this.#chunks = source.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next line without its end, or undefined at the end of the file. Throws when the file is cut off or no gzip. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE, this.#position);
      if (end >= 0) {
        const line = this.#rest.subarray(this.#position, end);
        this.#position = end + 1;
        return line;
      }
      const more = await this.#chunks.next();
      if (more.done) {
        if (this.#position < this.#rest.length) throw new Error("the backup ends in the middle of a line");
        return undefined;
      }
      this.#rest = Buffer.concat([this.#rest.subarray(this.#position), more.value]);
      this.#position = 0;
    }
  }

  /** The next line as JSON, in the hash like all others. */
  async nextJson<T>(): Promise<T> {
    const line = await this.next();
    if (!line) throw new Error("the backup ends too early");
    this.#count(line);
    return JSON.parse(line.toString("utf8")) as T;
  }

  /** The last line, and the hash of all before it. */
  async trailer<T>(): Promise<{ readonly trailer: T; readonly sha256: string }> {
    const sha256 = this.#hash.digest("hex");
    const line = await this.next();
    if (!line || (await this.next())) throw new Error("the backup has no trailer at its end");
    return { trailer: JSON.parse(line.toString("utf8")) as T, sha256 };
  }

  /** The lines up to the given one, with their ends, in parcels. */
  async *until(last: string): AsyncGenerator<Buffer> {
    const end = Buffer.from(last);
    let parcel: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const line = await this.next();
      if (!line) throw new Error("the backup ends too early");
      this.#count(line);
      if (line.equals(end)) break;
      parcel.push(line, NEWLINE_BYTES);
      bytes += line.length + 1;
      if (bytes < PARCEL_BYTES) continue;
      yield Buffer.concat(parcel);
      parcel = [];
      bytes = 0;
    }
    if (bytes > 0) yield Buffer.concat(parcel);
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #count(line: Buffer): void {
    this.#hash.update(line).update(NEWLINE_BYTES);
  }
}

const NEWLINE_BYTES = Buffer.from([NEWLINE]);
