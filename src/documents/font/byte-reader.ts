/** Reads big-endian numbers one after the other, as font files hold them. Throws RangeError beyond the end. */
export class ByteReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  uint8(): number {
    const value = this.bytes.readUInt8(this.position);
    this.position += 1;
    return value;
  }

  int8(): number {
    const value = this.bytes.readInt8(this.position);
    this.position += 1;
    return value;
  }

  uint16(): number {
    const value = this.bytes.readUInt16BE(this.position);
    this.position += 2;
    return value;
  }

  int16(): number {
    const value = this.bytes.readInt16BE(this.position);
    this.position += 2;
    return value;
  }

  uint32(): number {
    const value = this.bytes.readUInt32BE(this.position);
    this.position += 4;
    return value;
  }

  /** F2DOT14: −2 to just below 2. */
  fraction(): number {
    return this.int16() / 16_384;
  }

  take(length: number): Buffer {
    if (this.position + length > this.bytes.length) throw new RangeError("a font file ends too early");
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }

  /** UIntBase128 of WOFF2. */
  base128(): number {
    let value = 0;
    for (let count = 0; count < 5; count += 1) {
      const byte = this.uint8();
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
    throw new RangeError("a number of a WOFF2 file does not end");
  }

  /** 255UInt16 of WOFF2. */
  short255(): number {
    const code = this.uint8();
    if (code === 253) return this.uint16();
    if (code === 255) return this.uint8() + 253;
    if (code === 254) return this.uint8() + 506;
    return code;
  }
}
