/** An image file of a page: its path, in which folders are classes, and its bytes, which lie where they lay. */
export interface PageImage {
  readonly path: string;
  readonly blob: Blob;
}
