// What `senet serve` adds to the engine: a lone request, many clients, start and memory, on this machine alone.
//
//   npm run results -- serving [REQUESTS]     (20,000 by default, for the memory)
//
// Beside the session itself, in this process, stands what one would write instead: an HTTP server of Node around it, without
// queue, checks or batches. The three take turns. All have as many threads as the machine has cores; requests are 3×224×224
// float32 behind JSON (Triton's binary tensors, 602 kB).
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { folder, quick, senet } from "./running.mjs";

const threads = availableParallelism();
const [, , given = "20000"] = process.argv;
const requests = quick ? 200 : Number(given);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const pixels = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i));

const openBare = (file) =>
  InferenceSession.create(file, {
    ...{ intraOpNumThreads: threads, interOpNumThreads: 1 },
    extra: { session: { intra_op: { allow_spinning: "0" }, set_denormal_as_zero: "1" } },
  });
const rows = (n) => new Tensor("float32", new Float32Array(n * pixels.length).fill(0.5), [n, 3, 224, 224]);

/** What one would write instead of `senet serve`. */
async function answerBare(file) {
  const session = await openBare(file);
  const server = createServer(async (asked, answer) => {
    const chunks = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const head = Number(asked.headers["inference-header-content-length"]);
    const { shape } = JSON.parse(body.subarray(0, head)).inputs[0];
    const x = new Float32Array(body.buffer.slice(body.byteOffset + head, body.byteOffset + body.length));
    const { data } = Object.values(await session.run({ [session.inputNames[0]]: new Tensor("float32", x, shape) }))[0];
    answer.end(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  });
  server.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${server.address().port}`));
}

if (process.argv[2] === "--bare") await answerBare(process.argv[3]);
else await measure();

async function measure() {
  const files = {};
  for (const name of ["mobilenet_v3_small", "seresnet50"]) {
    files[name] = join(folder, `${name}.onnx`);
    await senet("export", name, "-o", files[name]);
  }
  await loneRequests(files);
  await manyClients(files.seresnet50);
  await startAndMemory(files.mobilenet_v3_small);
}

async function loneRequests(files) {
  console.log("A lone request, ms at the median");
  for (const [name, file] of Object.entries(files)) {
    const [session, bare, ours] = [await openBare(file), await startBare(file), await startOurs(file)];
    const one = rows(1);
    const sides = {
      session: () => session.run({ [session.inputNames[0]]: one }),
      "bare server": asking(bare.url, session.inputNames[0]),
      "senet serve": asking(ours.url, session.inputNames[0]),
    };
    const times = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
    for (let round = 0; round < (quick ? 2 : 12); round++) {
      for (const [side, run] of Object.entries(sides)) {
        for (let i = 0; i < 25; i++) {
          const began = performance.now();
          await run();
          if (i >= 5) times[side].push(performance.now() - began);
        }
      }
    }
    const shown = Object.entries(times).map(([side, of]) => `${side} ${median(of).toFixed(2)}`);
    console.log(`  ${name}: ${shown.join(", ")}`);
    await Promise.all([session.release(), bare.end(), ours.end()]);
  }
}

async function manyClients(file) {
  const session = await openBare(file);
  const best = { rate: 0, n: 0 };
  const single = { rate: 0 };
  const ours = await startOurs(file);
  const clients = quick ? 4 : 32;
  let rate = 0;
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const n of quick ? [1, 8] : [1, 4, 8, 16, 32]) {
      const x = rows(n);
      const began = performance.now();
      for (let i = 0; i < Math.ceil(64 / n); i++) await session.run({ [session.inputNames[0]]: x });
      const found = (Math.ceil(64 / n) * n * 1000) / (performance.now() - began);
      if (found > best.rate) Object.assign(best, { rate: found, n });
      if (n === 1) single.rate = Math.max(single.rate, found);
    }
    const count = quick ? 16 : 256;
    const began = performance.now();
    await askMany(ours.url, session.inputNames[0], clients, count);
    rate = Math.max(rate, (count * 1000) / (performance.now() - began));
  }
  console.log(`\nseresnet50 with ${clients} clients, images/s, the best of three rounds`);
  console.log(`  session, batch 1 ${single.rate.toFixed(1)}; its best batch, ${best.n}: ${best.rate.toFixed(1)}`);
  console.log(`  senet serve ${rate.toFixed(1)}, ${(rate / best.rate).toFixed(3)} of the best batch`);
  await Promise.all([session.release(), ours.end()]);
}

async function startAndMemory(file) {
  const began = performance.now();
  const session = await openBare(file);
  const load = performance.now() - began;
  const ours = await startOurs(file);
  console.log(
    `\nReady ${ours.ready.toFixed(0)} ms after the process was started; the session alone opens in ${load.toFixed(0)} ms`,
  );
  const resident = async () =>
    Number(/^process_resident_memory_bytes (\S+)/m.exec(await (await fetch(`${ours.url}/metrics`)).text())[1]) /
    2 ** 20;
  for (let part = 0; part <= 10; part++) {
    if (part > 0) await askMany(ours.url, session.inputNames[0], 4, requests / 10);
    console.log(`  after ${Math.round((part * requests) / 10)} requests: ${(await resident()).toFixed(0)} MiB`);
  }
  await Promise.all([session.release(), ours.end()]);
}

async function askMany(url, input, clients, count) {
  let left = count;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const ask = asking(url, input);
      while (left-- > 0) await ask();
    }),
  );
}

/** A client that keeps its connection. */
function asking(url, name) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const parameters = { binary_data_size: pixels.byteLength };
  const inputs = [{ name, shape: [1, 3, 224, 224], datatype: "FP32", parameters }];
  const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
  const body = Buffer.concat([head, Buffer.from(pixels.buffer)]);
  const headers = { "inference-header-content-length": head.length, "content-length": body.length };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}/v2/models/m/infer`, { method: "POST", agent, headers }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(Buffer.concat(chunks).toString())),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
}

async function startBare(file) {
  const child = fork(fileURLToPath(import.meta.url), ["--bare", file], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [url] = await once(child, "message");
  return { url, end: () => ended(child) };
}

async function startOurs(file) {
  const program = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));
  const began = performance.now();
  const words = ["serve", `m=${file}`, "--port", "0", "--log", "warn"];
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "ignore"] });
  let printed = "";
  for await (const text of child.stdout) {
    printed += text;
    if (printed.includes("\n")) break;
  }
  const ready = performance.now() - began;
  return { url: /http:\S+/.exec(printed)[0], ready, end: () => ended(child) };
}

async function ended(child) {
  child.kill();
  await once(child, "exit");
}
