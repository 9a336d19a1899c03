const TEXT = /^(-?)(\d{1,15})\.(\d\d)$/;

/** Money: a whole number of hundredths, so that 0.10 + 0.20 is 0.30. */
export class Decimal {
  readonly hundredths: bigint;

  constructor(hundredths: bigint) {
    this.hundredths = hundredths;
  }

  /** Throws a `RangeError` for any text that `toString` does not write. */
  static parse(text: unknown): Decimal {
    const match = typeof text === 'string' ? TEXT.exec(text) : null;
    if (match === null) throw new RangeError('not a decimal: expected digits, a point, two digits');
    const [, sign = '', whole = '', fraction = ''] = match;
    return new Decimal(BigInt(`${sign}${whole}${fraction}`));
  }

  plus(other: Decimal): Decimal {
    return new Decimal(this.hundredths + other.hundredths);
  }

  toString(): string {
    const digits = String(this.hundredths < 0n ? -this.hundredths : this.hundredths);
    const padded = digits.padStart(3, '0');
    return `${this.hundredths < 0n ? '-' : ''}${padded.slice(0, -2)}.${padded.slice(-2)}`;
  }
}
