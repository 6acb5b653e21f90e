import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { device } from "./state/engine.js";
import { DrawView } from "./views/draw-view.js";
import { PhotosView } from "./views/photos-view.js";
import { RunsView } from "./views/runs-view.js";

interface Tab {
  readonly title: string;
  readonly view: ComponentType;
}

/** The views, by the part of the address behind the #. */
const tabs: Readonly<Record<string, Tab>> = {
  draw: { title: "Draw", view: DrawView },
  photos: { title: "Photos", view: PhotosView },
  runs: { title: "Runs", view: RunsView },
};

const named = () => (location.hash.slice(1) in tabs ? location.hash.slice(1) : "draw");
const current = signal(named());
addEventListener("hashchange", () => {
  current.value = named();
});

/** The whole page: its views, of which one is shown. */
export function App() {
  const View = tabs[current.value]!.view;
  return (
    <>
      <header>
        <a class="name" href="#draw">
          senet <b>studio</b>
        </a>
        <nav aria-label="Views">
          {Object.entries(tabs).map(([name, { title }]) => (
            <a key={name} href={`#${name}`} aria-current={name === current.value ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <span class="device" title="What computes the answers">
          {device}
        </span>
      </header>
      <main>
        <View />
      </main>
    </>
  );
}
