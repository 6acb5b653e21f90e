import { statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { until } from "../../../testing/until.js";

/** What a server sends before it hangs up: `length` bytes of `content` from `start` on. */
export interface Broken {
  readonly content: Uint8Array;
  readonly start: number;
  readonly length: number;
}

/**
 * Sends some of what was promised and hangs up, as soon as the client has it in its file `part`: what is still under
 * way may be lost with the line.
 */
export function breakOff(response: ServerResponse, part: string, { content, start, length }: Broken): void {
  const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start, ...(start > 0 && range) });
  const sent = content.subarray(start, start + length);
  const kept = () => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  response.write(sent);
  void until(() => response.destroyed || kept() >= start + sent.length).then(() => response.destroy());
}
