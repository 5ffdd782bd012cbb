/**
 * A fingerprint of everything that happened, in order. Two runs with the same fingerprint went the
 * same way, event by event; that is how we know that a seed can be repeated.
 */
export class Digest {
  private a = 0x811c9dc5
  private b = 0x9e3779b9

  add(text: string): void {
    let { a, b } = this
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i)
      a = Math.imul(a ^ unit, 0x01000193)
      b = Math.imul(b ^ (unit + 0x7f), 0x85ebca6b)
      b ^= b >>> 13
    }
    this.a = Math.imul(a ^ 0x0a, 0x01000193)
    this.b = b ^ a
  }

  get text(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
