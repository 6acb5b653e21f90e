import { formatDuration } from "../../report/format.js";
import type { MeasureEvents } from "../../workspace/run/choose-algorithms.js";
import { interruptible } from "./interrupt.js";
import { noticeText } from "./notice-text.js";
import type { Progress } from "./progress.js";

/** Shows on the terminal how algorithms are measured; Ctrl-C stops it with what was measured kept. */
export function measuring<T>(progress: Progress, work: (events: MeasureEvents) => Promise<T>): Promise<T> {
  const started = performance.now();
  return interruptible("stopping after this measurement; once more ends at once", (signal) =>
    work({
      signal,
      onNotice: (notice) => progress.line(`senet: ${noticeText(notice)}`),
      onTask: (done, of) => progress.update(`measuring algorithms for gradients: ${done} of ${of}`),
      onMeasured: (done, of, path) => {
        const seconds = formatDuration((performance.now() - started) / 1000);
        progress.line(`measured the algorithms of ${done} of ${of} gradients in ${seconds}, kept in ${path}`);
      },
    }),
  );
}
