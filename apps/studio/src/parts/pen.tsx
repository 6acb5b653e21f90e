import { useEffect, useRef } from "preact/hooks";

interface PenProps {
  /** Called with the canvas whenever what is drawn has changed. */
  readonly onInk: (canvas: HTMLCanvasElement) => void;
  /** Called when the paper is empty again. */
  readonly onClear: () => void;
}

/** Side of the paper in pixels, and the width of a stroke, as typefaces have them: a tenth of the letter's height. */
const side = 320;
const stroke = 30;

/** Paper to draw on with a mouse, a finger or a pen. */
export function Pen({ onInk, onClear }: PenProps) {
  const paper = useRef<HTMLCanvasElement>(null);
  const last = useRef<{ x: number; y: number } | undefined>(undefined);
  useEffect(() => clear(paper.current!), []);

  function place({ offsetX, offsetY, currentTarget }: PointerEvent): { x: number; y: number } {
    const { clientWidth } = currentTarget as HTMLCanvasElement;
    return { x: (offsetX * side) / clientWidth, y: (offsetY * side) / clientWidth };
  }

  function line(event: PointerEvent): void {
    const to = place(event);
    const from = last.current ?? to;
    last.current = to;
    const context = paperOf(paper.current!);
    Object.assign(context, { lineWidth: stroke, lineCap: "round", lineJoin: "round", strokeStyle: "#202020" });
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    onInk(paper.current!);
  }

  return (
    <div class="pen">
      <canvas
        ref={paper}
        width={side}
        height={side}
        aria-label="Paper: draw a letter here"
        onPointerDown={(event) => {
          (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
          last.current = undefined;
          line(event);
        }}
        onPointerMove={(event) => event.buttons !== 0 && line(event)}
      />
      <button
        type="button"
        onClick={() => {
          clear(paper.current!);
          onClear();
        }}
      >
        Clear
      </button>
    </div>
  );
}

function clear(canvas: HTMLCanvasElement): void {
  const context = paperOf(canvas);
  context.fillStyle = "#f4f1ea";
  context.fillRect(0, 0, side, side);
}

/**
 * What is drawn as an image of `size` pixels a side, the ink in the middle and four fifths of it high or wide, as the
 * letters are that the network has learnt from. Nothing when there is no ink.
 */
export function inkOf(canvas: HTMLCanvasElement, size: number): ImageData | undefined {
  const { data, width, height } = paperOf(canvas).getImageData(0, 0, side, side);
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x)]! > 128) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < 0) return undefined;
  const extent = Math.max(right - left, bottom - top, stroke) / 0.8;
  const small = new OffscreenCanvas(size, size);
  const context = small.getContext("2d")!;
  context.fillStyle = "#f4f1ea";
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  const [x, y] = [(left + right - extent) / 2, (top + bottom - extent) / 2];
  const scale = size / extent;
  context.drawImage(canvas, -x * scale, -y * scale, side * scale, side * scale);
  return context.getImageData(0, 0, size, size);
}

/** What is drawn is read again after every stroke, so it stays in memory where the processor reads it. */
function paperOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext("2d", { willReadFrequently: true })!;
}
