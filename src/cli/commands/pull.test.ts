import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { readModel } from "../../graph/node/read-model.js";
import { writeModel } from "../../graph/node/write-model.js";
import { float32 } from "../../graph/tensor.js";
import { readCard } from "../../models/card/model-card.js";
import { createModel } from "../../models/index.js";
import { HubServer } from "../../weights/hub/node/hub-server.test.helper.js";
import { oneCommit, smallFiles } from "../../weights/hub/node/timm-repository.test.helper.js";
import { readSafetensorsFile, writeSafetensorsFile } from "../../weights/safetensors/node/safetensors-file.js";
import { finished, runSenet, startSenet } from "../run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-cli-pull-"));
const server = await HubServer.start();
afterAll(() => {
  vi.unstubAllEnvs();
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const files = smallFiles(1);
const weights = files["model.safetensors"]!;
const id = "timm/small.in3";
server.repositories.set(id, oneCommit(files));
server.repositories.set("timm/gated", oneCommit(files, "gated"));

beforeAll(() => {
  writeFileSync(join(folder, "w.safetensors"), weights);
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HOME", join(folder, "home"));
  vi.stubEnv("HF_HUB_CACHE", undefined);
  vi.stubEnv("HF_TOKEN", undefined);
});
beforeEach(() => server.reset());

const senet = (line: string) => runSenet(folder, ...line.split(" "));
const good = async (line: string) => {
  const done = await senet(line);
  expect(done).toMatchObject({ code: 0 });
  return done;
};

describe("senet pull", () => {
  it("keeps on Ctrl-C what came, and goes on from there", async () => {
    // Half of the file, and then nothing more.
    server.mischief = ({ host }, _, response) => {
      if (host === "cdn") response.writeHead(200, { "content-length": weights.length }).write(weights.subarray(0, 5e5));
      return host === "cdn";
    };
    const child = startSenet(folder, "pull", id);
    const done = finished(child);
    const blobs = join(folder, `home/hub/models--timm--small.in3/blobs`);
    const kept = () => {
      try {
        const part = readdirSync(blobs).find((name) => name.endsWith(".incomplete"));
        return part === undefined ? 0 : readFileSync(join(blobs, part)).length;
      } catch {
        return 0;
      }
    };
    while (kept() < 5e5) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stderr, stdout } = await done;
    expect({ code, stderr, stdout }).toEqual({
      code: 130,
      stderr: "\nstopping; what came is kept, the same command goes on from there\n",
      stdout: "",
    });
    const listed = JSON.parse((await good("pull --list --json")).stdout);
    expect(listed.unfinished).toMatchObject([{ repository: id, bytes: 5e5 }]);

    server.reset();
    const { stdout: report } = await good(`pull ${id}`);
    expect(server.seen.filter(({ host }) => host === "cdn").map(({ range }) => range)).toEqual(["bytes=500000-"]);
    expect(report.split("\n")).toEqual([
      "timm/small.in3 at commit 1111111111111111111111111111111111111111",
      "  network  seresnet20, 3 classes with names, licence apache-2.0",
      "  images   short side to 35 (bicubic), middle 32x32; tested at 48x48 too",
      "  weights  model.safetensors",
      `  folder   ${join(folder, "home/hub/models--timm--small.in3/snapshots", "1".repeat(40))}`,
      "use it with --model timm/small.in3",
      "",
    ]);
  });

  it("lists the cache, and prints documents", async () => {
    const pulled = JSON.parse((await good(`pull ${id} --revision ${"1".repeat(40)} --json --offline`)).stdout);
    expect(server.seen).toEqual([]);
    expect(pulled).toMatchObject({ repository: id, commit: "1".repeat(40), model: "seresnet20", classes: 3 });
    expect(pulled.preprocessing).toMatchObject({
      height: 32,
      resize: 35,
      interpolation: "bicubic",
      mean: [0.1, 0.2, 0.3],
    });
    expect(readFileSync(pulled.weights).length).toBe(weights.length);
    const { stdout } = await good("pull --list");
    expect(stdout).toMatch(
      /^model +revision +commit +files +size +last used\ntimm\/small.in3 +main +1111111 +2 +1.1 MB +\d{4}-\d\d-\d\d\n/,
    );
    expect(stdout).toContain(`${join(folder, "home/hub")}: 1 model, 1.1 MB\n`);
  });

  it.each([
    ["pull", "got no hub id; expected one such as timm/seresnet50.a1_in1k"],
    ["pull seresnet50", 'got hub id "seresnet50"; expected OWNER/NAME or OWNER/NAME@REVISION'],
    ["pull timm/x --list", "got --list and timm/x; expected one of them"],
    ["pull timm/x@a --revision b", "--revision: got b and a with the id; give one of them"],
    ["pull timm/x --revision ../a", 'got revision "../a"; expected a branch, a tag or a commit'],
    ["pull timm/nothing", "timm/nothing: no such repository at"],
    ["pull timm/nothing --offline", "timm/nothing: it is not in"],
    ["pull timm/gated", "timm/gated: it is gated; accept its terms at"],
    ["export timm/nothing --out x.onnx", "no file timm/nothing here, and timm/nothing: no such repository"],
    [`export ${id} --out x.onnx --classes 5`, "--classes: got 5 with a hub id; expected it with a network's name"],
    [`train --model ${id} --data glyphs --attention eca`, "--attention: got eca with a hub id; expected it with a"],
    [`run --model ${id} --input x.safetensors --output y.safetensors --classes 5`, "cannot read x.safetensors"],
  ])("refuses %s in one line", async (line, message) => {
    const { code, stdout, stderr } = await senet(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});

describe("a hub id as a model", () => {
  it("is counted from its config alone", async () => {
    server.repositories.set("timm/counted", oneCommit(files));
    const ours = JSON.parse((await good("profile seresnet20 --classes 3 --json")).stdout);
    const hub = JSON.parse((await good("profile timm/counted --json")).stdout);
    expect(hub).toEqual({ ...ours, name: "timm/counted" });
    expect(server.seen.filter(({ host }) => host === "cdn")).toEqual([]);
  });

  it("is exported with its card, and gives the logits of its weights", async () => {
    expect((await good(`export ${id} --out out.onnx --offline`)).stdout).toContain("weights: timm/small.in3@1111111");
    const { graph } = readModel(join(folder, "out.onnx"));
    expect(readCard(graph)).toMatchObject({
      ...{ classes: ["cat", "dog", "eel"], mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
      ...{ resize: 35, interpolation: "bicubic", provenance: { hub: id } },
    });
    const x = float32(
      [2, 3, 32, 32],
      Array.from({ length: 6144 }, (_, i) => Math.sin(i)),
    );
    await writeSafetensorsFile(join(folder, "x.safetensors"), new Map([["x", x]]));
    const logits = async (name: string, model: string) => {
      await good(`run --model ${model} --input x.safetensors --output ${name}.safetensors`);
      return (await readSafetensorsFile(join(folder, `${name}.safetensors`))).tensors.get("logits");
    };
    const expected = await logits("a", "seresnet20 --classes 3 --weights w.safetensors");
    expect(await logits("b", id)).toEqual(expected);
    expect(await logits("c", `hf-hub:${id}@main`)).toEqual(expected);
    expect(await logits("d", "out.onnx")).toEqual(expected);
  });

  it("gives way to a file of that path, unless it says hf-hub:", async () => {
    const graph = createModel("resnet20", { classes: 7 });
    mkdirSync(join(folder, "local", id), { recursive: true });
    cpSync(join(folder, "home"), join(folder, "local/home"), { recursive: true });
    writeModel(join(folder, "local", id, "model.onnx"), { graph, weights: initialise(graph, 1) });
    const there = (line: string) => runSenet(join(folder, "local"), ...line.split(" "));
    expect((await there(`export ${id} -o file.onnx`)).stdout).toContain("to logits [N, 7]");
    expect((await there(`export hf-hub:${id} -o hub.onnx`)).stdout).toContain("to logits [N, 3]");
  });

  it("is timed beside a name", async () => {
    const { stdout } = await good(`bench infer --model ${id},seresnet20 --rounds 1 --json`);
    const [hub, ours] = JSON.parse(stdout) as { name: string; params: number }[];
    expect([hub!.name, ours!.params - hub!.params]).toEqual([id, 7 * 65]);
  });

  it("is trained on, with a last layer of its own", async () => {
    const few = "--train-limit 64 --test-limit 16 --batch 16 --epochs 1 --freeze layer1.*";
    const { stderr } = await good(`train --model ${id} --data glyphs ${few} --out trained`);
    expect(stderr).toContain("senet: fc.weight, fc.bias start anew, for 26 classes\n");
    expect(stderr).not.toContain("starts anew");
    const { weights: trained, graph } = readModel(join(folder, "trained/model.onnx"));
    expect(readCard(graph)).toMatchObject({ mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] }); // as published
    const { tensors } = await readSafetensorsFile(join(folder, "w.safetensors"));
    expect(trained.get("layer1.0.conv1.weight")).toEqual(tensors.get("layer1.0.conv1.weight"));
    expect(trained.get("fc.weight")!.shape).toEqual([26, 64]);
  });
});
