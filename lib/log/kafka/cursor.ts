/** Reads values of Kafka's protocol from a buffer, one after the other. Beyond the end it throws a RangeError. */
export class Cursor {
  at: number;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  /** An offset or a time; exact to 2^53. */
  int64(): number {
    return Number(this.bigint64());
  }

  bigint64(): bigint {
    this.at += 8;
    return this.bytes.readBigInt64BE(this.at - 8);
  }

  /** A zigzag number of variable length; exact to 2^53. */
  varint(): number {
    const first = this.byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let raw = first & 0x7f;
    for (let scale = 128; ; scale *= 128) {
      const byte = this.byte();
      raw += (byte & 0x7f) * scale;
      if (byte < 0x80) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
  }

  /** The next so many bytes, sharing the buffer's memory; `null` for a negative number. */
  take(length: number): Buffer | null {
    if (length < 0) return null;
    const from = this.at;
    this.skip(length);
    return this.bytes.subarray(from, this.at);
  }

  /** A text with its length as 16 bits before it. */
  text(): string {
    return this.take(this.int16())?.toString() ?? '';
  }

  skip(length: number): void {
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('the bytes end too early');
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('the bytes end too early');
    this.at += 1;
    return byte;
  }
}
