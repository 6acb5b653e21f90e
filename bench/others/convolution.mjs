// One convolution and its weight gradient in another library: `convolution.mjs LIBRARY`, with that library beside it in
// node_modules. Prints JSON: version, milliseconds of each, or the library's own words where it cannot.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// Libraries lie where the process was started, not where this file is.
const here = createRequire(`${process.cwd()}/package.json`);
const load = (name) => import(pathToFileURL(here.resolve(name)).href);
const versionOf = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;

const [n, c, size, kernel] = [8, 16, 32, 3];
const numbers = (count) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));

const libraries = { "tfjs-wasm": () => tfjs("wasm"), "tfjs-cpu": () => tfjs("cpu"), "jax-js-wasm": jaxJs };

async function tfjs(backend) {
  const tf = here("@tensorflow/tfjs");
  here(`@tensorflow/tfjs-backend-${backend}`);
  await tf.setBackend(backend);
  await tf.ready();
  const x = tf.tensor4d(numbers(n * c * size * size), [n, size, size, c]);
  const w = tf.tensor4d(numbers(kernel * kernel * c * c), [kernel, kernel, c, c]);
  const loss = (w) => tf.sum(tf.conv2d(x, w, 1, "same"));
  return {
    version: versionOf("@tensorflow/tfjs"),
    forward: async () => (await tf.conv2d(x, w, 1, "same").data())[0],
    gradient: async () => (await tf.grad(loss)(w).data())[0],
  };
}

async function jaxJs() {
  const { init, defaultDevice, grad, lax, numpy: np } = await load("@jax-js/jax");
  await init("wasm");
  defaultDevice("wasm");
  const x = () => np.array(numbers(n * c * size * size)).reshape([n, c, size, size]);
  const w = () => np.array(numbers(kernel * kernel * c * c)).reshape([c, c, kernel, kernel]);
  const convolve = (x, w) => lax.convGeneralDilated(x, w, [1, 1], "SAME");
  return {
    version: versionOf("@jax-js/jax"),
    forward: async () => (await convolve(x(), w()).data())[0],
    gradient: async () => (await grad((w) => np.sum(convolve(x(), w)))(w()).data())[0],
  };
}

async function timed(run) {
  try {
    const times = [];
    for (
      const started = performance.now();
      times.length < 2 || (times.length < 8 && performance.now() - started < 8000);
    ) {
      const before = performance.now();
      await run();
      times.push(performance.now() - before);
    }
    return { milliseconds: times.slice(1) };
  } catch (error) {
    return { error: String(error.message ?? error).split("\n")[0] };
  }
}

const { version, forward, gradient } = await libraries[process.argv[2]]();
console.log(JSON.stringify({ version, forward: await timed(forward), gradient: await timed(gradient) }));
process.exit(0);
