import type { AttentionBlock } from "./attention-block.js";
import { cbamBlock } from "./cbam.js";
import { cseBlock, scseBlock, sseBlock } from "./concurrent-squeeze-excite.js";
import { eseBlock } from "./effective-squeeze-excite.js";
import { cecaBlock, ecaBlock } from "./efficient-channel-attention.js";
import { geBlock } from "./gather-excite.js";
import { gcBlock } from "./global-context.js";
import { skBlock } from "./selective-kernel.js";
import { seBlock } from "./squeeze-excite.js";

/** Every attention block, by the name it goes by. */
export const attentionKinds = {
  se: seBlock,
  eca: ecaBlock,
  ceca: cecaBlock,
  cse: cseBlock,
  sse: sseBlock,
  scse: scseBlock,
  cbam: cbamBlock,
  ge: geBlock,
  sk: skBlock,
  ese: eseBlock,
  gc: gcBlock,
} as const;

/**
 * The name of an attention block.
 * @useDeclaredType
 */
export type AttentionKind = keyof typeof attentionKinds;

/** The options of a block. */
export type KindOptions<K extends AttentionKind> =
  (typeof attentionKinds)[K] extends AttentionBlock<infer O> ? O : never;
