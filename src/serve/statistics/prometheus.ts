import { failureReasons, type ModelStatistics, responseBounds, type Total } from "./model-statistics.js";

/** A model and what became of its requests. */
export interface CountedModel {
  readonly name: string;
  readonly version: string;
  readonly statistics: ModelStatistics;
}

/** What is measured of the server as a whole. */
export interface ServerMeasures {
  readonly waitingRows: number;
  readonly maxQueue: number;
  readonly workers: number;
  readonly busyWorkers: number;
  readonly workerDeaths: number;
  readonly bodyBytes: number;
  readonly residentBytes: number;
  /** Requests by the status of their answers. */
  readonly answers: ReadonlyMap<number, number>;
}

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number, suffix?: string];

/**
 * All measures as text. Source: Prometheus, exposition formats, version 0.0.4; names of models' measures as Triton has
 * them.
 */
export function prometheusText(models: readonly CountedModel[], server: ServerMeasures): string {
  const lines: string[] = [];
  const family = (name: string, type: "counter" | "gauge" | "histogram", help: string, samples: readonly Sample[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value, suffix = ""] of samples) lines.push(`${name}${suffix}${labelText(labels)} ${value}`);
  };
  const counter = (name: string, help: string, of: (statistics: ModelStatistics) => number) =>
    family(
      name,
      "counter",
      help,
      models.map((model) => [labelsOf(model), of(model.statistics)]),
    );
  const microseconds = ({ milliseconds }: Total) => Math.round(milliseconds * 1000);
  counter("nv_inference_request_success", "Requests that were answered", ({ success }) => success.count);
  family(
    "nv_inference_request_failure",
    "counter",
    "Requests that failed, by reason",
    models.flatMap((model) =>
      failureReasons.map((reason): Sample => [{ ...labelsOf(model), reason }, model.statistics.failures.get(reason)!]),
    ),
  );
  counter("nv_inference_count", "Rows that were answered", ({ rows }) => rows);
  counter("nv_inference_exec_count", "Runs of the engine", ({ runs }) => runs);
  counter("nv_inference_request_duration_us", "Time of requests in all", ({ success }) => microseconds(success));
  counter("nv_inference_queue_duration_us", "Time that requests waited", ({ times }) => microseconds(times.queue));
  counter("nv_inference_compute_input_duration_us", "Time to join inputs", ({ times }) => microseconds(times.input));
  counter("nv_inference_compute_infer_duration_us", "Time of the engine", ({ times }) => microseconds(times.infer));
  counter("nv_inference_compute_output_duration_us", "Time to part outputs", ({ times }) => microseconds(times.output));
  family("nv_inference_pending_request_count", "gauge", "Requests that wait or run", [
    ...models.map((model): Sample => [labelsOf(model), model.statistics.pending]),
  ]);
  family(
    "nv_inference_first_response_histogram_ms",
    "histogram",
    "Requests by the milliseconds to their answer",
    models.flatMap(histogram),
  );
  family("senet_queue_rows", "gauge", "Rows that wait for a worker", [[{}, server.waitingRows]]);
  family("senet_queue_rows_limit", "gauge", "The most rows that may wait", [[{}, server.maxQueue]]);
  family("senet_workers", "gauge", "Threads that run models", [[{}, server.workers]]);
  family("senet_workers_busy", "gauge", "Threads that run a model now", [[{}, server.busyWorkers]]);
  family("senet_worker_deaths_total", "counter", "Threads that were replaced", [[{}, server.workerDeaths]]);
  family("senet_request_body_bytes", "gauge", "Bytes of requests that are held", [[{}, server.bodyBytes]]);
  family(
    "senet_http_responses_total",
    "counter",
    "Answers by status",
    [...server.answers].sort(([a], [b]) => a - b).map(([status, count]): Sample => [{ status }, count]),
  );
  family("process_resident_memory_bytes", "gauge", "Memory of the process", [[{}, server.residentBytes]]);
  return `${lines.join("\n")}\n`;
}

function labelsOf({ name, version }: CountedModel): Labels {
  return { model: name, version };
}

function histogram(model: CountedModel): Sample[] {
  const { responses, success } = model.statistics;
  const labels = labelsOf(model);
  let below = 0;
  const buckets = responses.map((count, i): Sample => {
    below += count;
    return [{ ...labels, le: responseBounds[i] ?? "+Inf" }, below, "_bucket"];
  });
  return [...buckets, [labels, Math.round(success.milliseconds), "_sum"], [labels, success.count, "_count"]];
}

/** Names of models have no letters that would have to be escaped. */
function labelText(labels: Labels): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}
