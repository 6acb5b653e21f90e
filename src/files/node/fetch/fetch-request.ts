import { rm } from "node:fs/promises";
import type { UserError } from "../../../errors.js";
import type { OnNotice } from "../../../notice.js";
import type { Checksum } from "../checksum.js";

/** What is fetched and what it must be. */
export interface FetchRequest {
  readonly url: string;
  /** Where it goes. */
  readonly target: string;
  /** Where it lies while it is not complete; beside the target, with `.part` at the end of its name, by default. */
  readonly part?: string | undefined;
  readonly bytes?: number | undefined;
  readonly checksum?: Checksum | undefined;
  /** Sent with the request, but to no other host that it is led to. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where else one may look, for messages: another mirror, as the option `base` says, by default. */
  readonly elsewhere?: string | undefined;
  /** What an answer such as 404 means; only the status itself by default. */
  readonly explain?: ((response: Response) => UserError) | undefined;
}

/** How a file is fetched. */
export interface FetchOptions {
  /** Called with the bytes there are and, where it is known, how many there will be. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** Told before a new attempt, and when a part that was there before does not fit. */
  readonly onNotice?: OnNotice | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Attempts in a row that bring nothing new (5 by default). */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; they double with each further one (1000 by default). */
  readonly pause?: number;
  /** Milliseconds without a byte after which an attempt is given up (30,000 by default). */
  readonly patience?: number;
}

/** Where a file lies while it is not complete. */
export const partOf = ({ part, target }: Pick<FetchRequest, "part" | "target">): string => part ?? `${target}.part`;

/** Where the server's name for the version of the content is kept, so that parts of two versions never meet. */
export const tagOf = (request: Pick<FetchRequest, "part" | "target">): string => `${partOf(request)}.etag`;

/** Removes what came of a file. */
export async function discard(request: Pick<FetchRequest, "part" | "target">): Promise<void> {
  await rm(partOf(request), { force: true });
  await rm(tagOf(request), { force: true });
}
