import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Answers } from "../parts/answers.js";
import { GateRows } from "../parts/gate-rows.js";
import { inkOf, Pen } from "../parts/pen.js";
import { type Look, Looker, openToLook } from "../state/looking.js";
import { Switching } from "../state/switching.js";

/** The side of the letters that the network has learnt from. */
const side = 32;

const look = signal<Look | undefined>(undefined);
const failure = signal("");
const switching = new Switching();
const looker = new Looker();
let letters: ReturnType<typeof openToLook> | undefined;
let ink: ImageData | undefined;

const tell = ({ message }: Error) => {
  failure.value = message;
};

async function lookAtInk(): Promise<void> {
  if (ink === undefined) return;
  letters ??= openLetters();
  try {
    looker.look(
      await letters,
      ink,
      switching.values(),
      (found) => {
        look.value = found;
      },
      tell,
    );
  } catch (error) {
    tell(error as Error);
  }
}

/** The network that comes with the page: SE-ResNet-20 trained on the embedded letters, and its mean gates. */
async function openLetters() {
  const [model, means] = await Promise.all(
    ["letters.onnx", "letters-gates.json"].map(async (name) => {
      const response = await fetch(`./${name}`);
      if (!response.ok) throw new Error(`${name}: the server answers ${response.status}; is the page's folder whole?`);
      return response.arrayBuffer();
    }),
  );
  switching.means = JSON.parse(new TextDecoder().decode(means));
  return openToLook(new Uint8Array(model!));
}

/** Draw a letter; the answers and the gates of all blocks change under the pen. */
export function DrawView() {
  useEffect(() => {
    letters ??= openLetters();
    letters.catch(tell);
  }, []);
  const found = look.value;
  return (
    <section class="draw">
      <div class="paper">
        <h1>Draw a letter</h1>
        <Pen
          onInk={(canvas) => {
            ink = inkOf(canvas, side);
            void lookAtInk();
          }}
          onClear={() => {
            ink = undefined;
            look.value = undefined;
          }}
        />
        {failure.value !== "" && <p role="alert">{failure}</p>}
        {found !== undefined && <Answers answers={found.answers} />}
        {found !== undefined && <p class="quiet">{found.time.toFixed(0)} ms an answer, gates included</p>}
      </div>
      <div class="inside">
        <h2>Its gates</h2>
        {found === undefined ? (
          <p>
            A small SE-ResNet-20 that comes with this page looks at what you draw. Each of its nine
            Squeeze-and-Excitation blocks weighs every channel by a gate between 0 and 1. Draw, and see them change;
            switch a block off, and see whether the answer minds.
          </p>
        ) : (
          <GateRows
            blocks={found.blocks}
            switched={switching.chosen.value}
            onSwitch={(site, to) => {
              switching.choose(site, to);
              void lookAtInk();
            }}
          />
        )}
      </div>
    </section>
  );
}
