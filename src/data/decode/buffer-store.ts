/** Buffers that are used again, so that decoding allocates nothing new. */
export class BufferStore {
  readonly #free = new Map<number, ArrayBuffer[]>();

  take(bytes: number): ArrayBuffer {
    return this.#free.get(bytes)?.pop() ?? new ArrayBuffer(bytes);
  }

  give(buffer: ArrayBuffer): void {
    const kept = this.#free.get(buffer.byteLength) ?? [];
    kept.push(buffer);
    this.#free.set(buffer.byteLength, kept);
  }
}
