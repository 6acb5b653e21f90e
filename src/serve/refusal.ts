import { UserError } from "../errors.js";

/** The status codes of HTTP that requests are refused with. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 499 | 501 | 503 | 504;

/** A request that the server does not answer as it was asked: what was given, what was expected, and its status. */
export class Refusal extends UserError {
  constructor(
    readonly status: RefusalStatus,
    message: string,
    /** Seconds after which it may be asked again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** @throws Refusal with status 400. */
export function refuse(message: string): never {
  throw new Refusal(400, message);
}
