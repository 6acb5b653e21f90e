import type { DecodeRequest, DecodeResponse } from "../decode/decode-protocol.js";
import { doTask } from "../decode/decode-task.js";
import { decoderOf } from "./decode-blob.js";

// One of the workers that turn photos into a network's input.
const scope = globalThis as unknown as {
  onmessage: (event: { data: DecodeRequest }) => void;
  postMessage(message: DecodeResponse, transferred: ArrayBuffer[]): void;
};

scope.onmessage = async ({ data: { id, task } }) => {
  const answer = await doTask(task, async ({ blob }) => {
    if (blob === undefined) throw new Error("no file of a page");
    return decoderOf(blob);
  });
  scope.postMessage({ id, answer }, [answer.buffer]);
};
