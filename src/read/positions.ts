/** Where a block stands in its network, as the paper counts: SE_3_4 is the fourth block of stage 3. */
export interface Position {
  readonly stage: number;
  readonly block: number;
}

/**
 * Blocks whose maps have the same size are a stage.
 * @param sizes of the blocks' maps, in the order of the network. @param first the number of the first stage.
 */
export function positionsBySize(sizes: readonly string[], first: number): Position[] {
  const stages = [...new Set(sizes)];
  const counts = new Map<string, number>();
  return sizes.map((size) => {
    counts.set(size, (counts.get(size) ?? 0) + 1);
    return { stage: first + stages.indexOf(size), block: counts.get(size)! };
  });
}
