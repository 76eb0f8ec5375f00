import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

/*
 * exceljs unpacks with a stream whose errors reach nobody and end the process. So a workbook is unpacked once before, part by
 * part and to nowhere: what this can read, exceljs can. Offsets: PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16.
 */

const END_OF_DIRECTORY = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** A sheet of a million rows has some hundred megabytes; a bomb has more. */
const MOST_UNPACKED_BYTES = 2_000_000_000;

/** True when every part of a ZIP archive unpacks to the size that its directory says. */
export async function isSoundZip(archive: Buffer): Promise<boolean> {
  try {
    const end = archive.lastIndexOf(END_OF_DIRECTORY);
    if (end < 0) return false;
    const entries = archive.readUInt16LE(end + 10);
    let at = archive.readUInt32LE(end + 16);
    let total = 0;
    for (let index = 0; index < entries; index++) {
      if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) return false;
      const size = archive.readUInt32LE(at + 24);
      total += size;
      if (total > MOST_UNPACKED_BYTES) return false;
      if (!(await isSoundEntry(archive, at, size))) return false;
      at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    }
    return entries > 0;
  } catch {
    // An offset beyond the end, or bytes that do not inflate.
    return false;
  }
}

async function isSoundEntry(archive: Buffer, at: number, size: number): Promise<boolean> {
  const isEncrypted = (archive.readUInt16LE(at + 8) & 1) === 1;
  const method = archive.readUInt16LE(at + 10);
  const packed = archive.readUInt32LE(at + 20);
  const local = archive.readUInt32LE(at + 42);
  if (isEncrypted || archive.readUInt32LE(local) !== LOCAL_HEADER) return false;
  if (archive.readUInt16LE(local + 8) !== method) return false;
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(begin, begin + packed);
  if (bytes.length !== packed) return false;
  if (method === STORED) return packed === size;
  if (method !== DEFLATED) return false;
  let unpacked = 0;
  const count = new Writable({
    write(piece: Buffer, _encoding, done) {
      unpacked += piece.length;
      done(unpacked > size ? new RangeError("more than its directory says") : null);
    },
  });
  await pipeline(Readable.from([bytes]), createInflateRaw(), count);
  return unpacked === size;
}
