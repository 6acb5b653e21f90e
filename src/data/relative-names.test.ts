import { expect, it } from "vitest";
import { relativeNames } from "./relative-names.js";

it.each([
  [
    ["/data/photos/cat/1.jpg", "/data/photos/cat/2.jpg", "/data/photos/dog/1.jpg"],
    ["cat/1.jpg", "cat/2.jpg", "dog/1.jpg"],
  ],
  [
    ["D:\\photos\\cat\\1.jpg", "D:\\photos\\dog\\1.jpg"],
    ["cat/1.jpg", "dog/1.jpg"],
  ],
  [
    ["a/cat/1.jpg", "b/cat/1.jpg"],
    ["a/cat/1.jpg", "b/cat/1.jpg"],
  ],
  [
    ["a/1.jpg", "a/b/1.jpg"],
    ["1.jpg", "b/1.jpg"],
  ],
  [["a/b/1.jpg"], ["1.jpg"]],
  [[], []],
])("makes %j to %j", (paths, names) => expect(relativeNames(paths.length, (i) => paths[i]!)).toEqual(names));
