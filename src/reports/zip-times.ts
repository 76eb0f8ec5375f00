/*
 * A spreadsheet is a ZIP file, and its writer stamps every part with the time of writing. The stamps are put on a fixed
 * moment, so that the same table is the same file. Offsets: PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16.
 */

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
/** 1 January 2000, 00:00, as DOS writes it: date (year − 1980) << 9 | month << 5 | day, time 0. */
const FIXED_DATE = (20 << 9) | (1 << 5) | 1;

/** The same archive with fixed times. Throws RangeError on what is no plain ZIP file. */
export function withFixedZipTimes(archive: Uint8Array): Uint8Array {
  const bytes = Buffer.from(archive);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END_OF_DIRECTORY) throw new RangeError("not a ZIP file");
  const entries = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < entries; index++) {
    if (bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError("the directory of a ZIP file is broken");
    stamp(bytes, at + 12);
    stamp(bytes, bytes.readUInt32LE(at + 42) + 10);
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return bytes;
}

function stamp(bytes: Buffer, at: number): void {
  bytes.writeUInt16LE(0, at);
  bytes.writeUInt16LE(FIXED_DATE, at + 2);
}
