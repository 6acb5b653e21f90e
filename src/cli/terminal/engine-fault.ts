import type { EngineError } from "../../errors.js";
import { environment } from "../../workspace/run/environment.js";

/** What the command line says of a failure of the engine: what it is, whose, and what a report of it needs. */
export function engineFault({ message, cause, stack }: EngineError): string {
  const { senet, onnxruntime, node, cpu, cores, os } = environment();
  const trace = cause instanceof Error ? cause.stack : stack;
  return (
    `senet: ${message}\n` +
    "This is a fault of senet or its engine; please report it with the command line and what follows.\n" +
    `senet ${senet}, onnxruntime ${onnxruntime}, node ${node}, ${os}, ${cores} cores of ${cpu}\n${trace}\n`
  );
}
