import type { FileNode } from "./node.js";

/**
 * The nodes that some output needs, each after those that make its inputs, otherwise in the order they had.
 * @throws Error when nodes need each other in a circle, naming one of them, or two make a value of the same name.
 */
export function ordered(nodes: readonly FileNode[], outputs: Iterable<string>): FileNode[] {
  const makers = new Map<string, FileNode>();
  for (const node of nodes) {
    for (const name of node.outputs.filter((output) => output !== "")) {
      if (makers.has(name)) throw new Error(`got a second value named "${name}"; expected names to be unique`);
      makers.set(name, node);
    }
  }
  const needs = (node: FileNode) => [...node.inputs, ...node.captured].flatMap((name) => makers.get(name) ?? []);
  const needed = new Set<FileNode>();
  const found = Array.from(outputs, (name) => makers.get(name)).filter((node) => node !== undefined);
  for (let node = found.pop(); node !== undefined; node = found.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    found.push(...needs(node));
  }
  const done = new Set<FileNode>();
  for (const node of nodes) if (needed.has(node)) finish(node, needs, done);
  return [...done];
}

/** Adds a node to `done` after everything it needs; without recursion, as chains may be long. */
function finish(last: FileNode, needs: (node: FileNode) => FileNode[], done: Set<FileNode>): void {
  const open = new Set<FileNode>();
  const stack = [last];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const missing = done.has(node) ? [] : needs(node).filter((other) => !done.has(other));
    if (missing.length === 0) {
      done.add(node);
      stack.pop();
      continue;
    }
    open.add(node);
    const circle = missing.find((other) => open.has(other));
    if (circle !== undefined) {
      throw new Error(
        `${circle.op} (${circle.name}) needs its own output, by way of ${node.op} (${node.name}); expected no circle`,
      );
    }
    stack.push(...missing.toReversed());
  }
}
