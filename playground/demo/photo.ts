import { deflateSync } from "node:zlib";

type Colour = readonly [number, number, number];

/** A photo as somebody in the story takes it: a PNG of this size, a sheet of lines on a ground of this colour. */
export function photoOf(width: number, height: number, ground: Colour): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => {
    const line = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x += 1) line.set(colourAt(x / width, y / height, y, ground), 1 + x * 3);
    return line;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** White paper in the middle, grey lines of writing on it. */
function colourAt(x: number, y: number, row: number, ground: Colour): Colour {
  if (x < 0.12 || x > 0.88 || y < 0.1 || y > 0.9) return ground;
  const isWriting = row % 28 < 6 && x > 0.2 && x < 0.45 + ((row * 37) % 35) / 100 && y > 0.18 && y < 0.82;
  return isWriting ? [120, 130, 145] : [255, 255, 255];
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Of PNG (ISO/IEC 15948, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
