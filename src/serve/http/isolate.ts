import type { FastifyReply } from "fastify";

/** Sets what lets a page that comes from here use threads and precise clocks. Source: HTML, cross-origin isolation. */
export function isolate(reply: FastifyReply, isShared: boolean): void {
  reply
    .header("cross-origin-opener-policy", "same-origin")
    .header("cross-origin-embedder-policy", "require-corp")
    .header("cross-origin-resource-policy", isShared ? "cross-origin" : "same-origin")
    .header("x-content-type-options", "nosniff");
}
