/** Shared buffers that are used again, so that decoding allocates nothing new. */
export class BufferStore {
  readonly #free = new Map<number, SharedArrayBuffer[]>();

  take(bytes: number): SharedArrayBuffer {
    return this.#free.get(bytes)?.pop() ?? new SharedArrayBuffer(bytes);
  }

  give(buffer: SharedArrayBuffer): void {
    const kept = this.#free.get(buffer.byteLength) ?? [];
    kept.push(buffer);
    this.#free.set(buffer.byteLength, kept);
  }
}
