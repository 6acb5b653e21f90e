import type { IncomingMessage } from "node:http";
import { Refusal } from "../refusal.js";

/** What bounds the bodies of requests. */
export interface BodyLimits {
  /** The most bytes of one. */
  readonly maxBody: number;
  /** The most bytes of all that are held at a time. */
  readonly maxBodies: number;
}

/** A body, whose bytes count as held until it is let go. */
export interface Body {
  readonly bytes: Buffer;
  release(): void;
}

/** Reads bodies; knows how many bytes of them are held. */
export class BodyReader {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Bytes of bodies that are held. */
  get held(): number {
    return this.#held;
  }

  /**
   * Reads a body. What lies behind `head` bytes of it begins where numbers of any type may lie.
   * @throws Refusal where it is too large, or too much is held already.
   */
  async read(request: IncomingMessage, head = 0): Promise<Body> {
    const { maxBody } = this.#limits;
    const said = Number(request.headers["content-length"] ?? 0);
    if (said > maxBody) throw new Refusal(413, `got ${said} bytes; expected at most ${maxBody}`);
    let size = 0;
    let released = false;
    const release = () => {
      if (!released) this.#held -= size;
      released = true;
    };
    const chunks: Buffer[] = [];
    try {
      await eachChunk(request, (chunk) => {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > maxBody) throw new Refusal(413, `got more than ${maxBody} bytes; expected at most as many`);
        if (this.#held > this.#limits.maxBodies) {
          throw new Refusal(503, `${this.#limits.maxBodies} bytes of requests are being worked on; ask again later`, 1);
        }
        chunks.push(chunk);
      });
    } catch (error) {
      release();
      throw error;
    }
    return { bytes: gathered(chunks, size, head), release };
  }
}

/** Hands the chunks of a body on as they come: an iterator would wait a turn for each. @throws what `take` throws. */
function eachChunk(request: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        request.off("data", onData).resume(); // what still comes is not kept
        reject(error);
      }
    };
    const gone = () => reject(new Refusal(499, "the request ended before its body did"));
    request.on("data", onData).once("end", resolve).once("error", gone).once("close", gone);
  });
}

/** The chunks in one piece. */
function gathered(chunks: readonly Buffer[], size: number, head: number): Buffer {
  const before = (8 - (head % 8)) % 8;
  const whole = Buffer.allocUnsafeSlow(before + size).subarray(before);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
