import type { ImportOptions } from "../../clean/import-model.js";
import { extentOf, type ImageSize } from "../../data/image-size.js";
import { UserError, withContext } from "../../errors.js";
import { ShapeError } from "../../graph/dims/shape.js";
import type { Model } from "../../graph/graph.js";
import type { ImageExtents } from "../../graph/onnx/inputs.js";

/**
 * The model of an `.onnx` file, ready to be run, differentiated and trained.
 * @param options `image` are the images it will see, `size` their height and width alone.
 * @throws UserError when the file cannot be read, or takes other images than it will see.
 */
export async function openModelFile(
  path: string,
  { size, ...options }: ImportOptions & { readonly size?: ImageSize | undefined } = {},
): Promise<Model> {
  const { readModel } = await import("../../graph/node/read-model.js");
  const { importModel } = await import("../../clean/import-model.js");
  const model = readModel(path, { image: options.image ?? imageOfSize(size) });
  return withContext(path, () => {
    try {
      return importModel(model, options);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new UserError(`cannot be made ready to run and train (${error.message}); export the model again`, {
        cause: error,
      });
    }
  });
}

/** Images of that height and width, in the channels that a file has. */
export function imageOfSize(size: ImageSize | undefined): ImageExtents | undefined {
  if (size === undefined) return undefined;
  const { height, width } = extentOf(size);
  return [undefined, height, width];
}
