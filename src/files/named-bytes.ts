/** A file's bytes and the name that error messages give it. */
export interface NamedBytes {
  readonly source: string;
  readonly bytes: Uint8Array;
}
