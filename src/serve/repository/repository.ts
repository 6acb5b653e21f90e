import type { FindClassifierOptions } from "../../workspace/classifier/find-classifier.js";
import type { Scheduler } from "../engine/scheduler.js";
import type { Servable } from "../engine/servable.js";
import type { Worker } from "../engine/worker.js";
import type { ModelPlace } from "../model-place.js";
import { Refusal } from "../refusal.js";
import { ModelStatistics } from "../statistics/model-statistics.js";
import type { CountedModel } from "../statistics/prometheus.js";
import { type ExplainedModel, explainedModel } from "./explained-model.js";
import { findServed, type ServedModel } from "./served-model.js";
import { warmUp } from "./warm-up.js";

/** What the repository tells of a version. */
export interface IndexRow {
  readonly name: string;
  readonly version: string;
  readonly state: "READY" | "LOADING" | "UNLOADING" | "UNAVAILABLE";
  readonly reason: string;
}

/** A version of a model, and what became of it. */
interface Entry {
  readonly place: ModelPlace;
  readonly statistics: ModelStatistics;
  state: IndexRow["state"];
  reason: string;
  model: ServedModel | undefined;
}

/** What happens to models, for whoever keeps a log. */
export type OnModel = (event: "loaded" | "unloaded" | "rows-alone", label: string, milliseconds?: number) => void;

/** The models that a server was told of, by name and version: loaded, or to be loaded. */
export class Repository {
  readonly #entries: readonly Entry[];
  readonly #workers: readonly Worker[];
  readonly #scheduler: Scheduler;
  readonly #options: FindClassifierOptions;
  readonly #onModel: OnModel;
  readonly #explained = new Map<ServedModel, Promise<ExplainedModel>>();
  /** Loading and unloading happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    places: readonly ModelPlace[],
    workers: readonly Worker[],
    scheduler: Scheduler,
    options: FindClassifierOptions,
    onModel: OnModel = () => {},
  ) {
    this.#entries = places.map((place) => {
      return { place, statistics: new ModelStatistics(), state: "UNAVAILABLE", reason: "", model: undefined };
    });
    this.#workers = workers;
    this.#scheduler = scheduler;
    this.#options = options;
    this.#onModel = onModel;
  }

  /** Whether all models that are to be there are. */
  get ready(): boolean {
    return this.#entries.every(({ state, reason }) => state === "READY" || reason === "unloaded");
  }

  /** Every version, in the order in which they were named. */
  index(): IndexRow[] {
    return this.#entries.map(({ place: { name, version }, state, reason }) => ({ name, version, state, reason }));
  }

  /** The models that are loaded. */
  loaded(): ServedModel[] {
    return this.#entries.flatMap(({ model }) => model ?? []);
  }

  /** Every version with what became of its requests. */
  counted(): CountedModel[] {
    return this.#entries.map(({ place: { name, version }, statistics }) => ({ name, version, statistics }));
  }

  /** The versions of a model that are loaded. @throws Refusal as `get` does. */
  versions(name: string): string[] {
    this.#known(name);
    return this.loaded().flatMap((model) => (model.name === name ? [model.version] : []));
  }

  /**
   * A model that is loaded, the highest version of it where none is said.
   * @throws Refusal with 404 where there is none, with 503 where it is on its way.
   */
  get(name: string, version?: string): ServedModel {
    const entries = this.#known(name).filter(({ place }) => version === undefined || place.version === version);
    const [latest] = entries.flatMap(({ model }) => model ?? []).sort((a, b) => Number(b.version) - Number(a.version));
    if (latest !== undefined) return latest;
    const called = version === undefined ? `model ${name}` : `version ${version} of model ${name}`;
    const [entry] = entries;
    if (entry === undefined) throw new Refusal(404, `got ${called}; expected one of ${this.versions(name).join(", ")}`);
    if (entry.state === "LOADING") throw new Refusal(503, `${called} is being loaded; ask again soon`, 1);
    throw new Refusal(404, `${called} is not loaded (${entry.reason}); load it first`);
  }

  /**
   * A model that gives its gates too; it is opened when it is asked for first.
   * @throws UserError when it has none.
   */
  explained(model: ServedModel): Promise<ExplainedModel> {
    const known = this.#explained.get(model);
    if (known !== undefined) return known;
    const opening = this.#inTurn(async () => {
      if (!this.loaded().includes(model)) throw new Refusal(503, `${model.name} was loaded anew; ask again`, 1);
      const made = await explainedModel(model);
      for (const worker of this.#workers) await worker.open(made.servable);
      return made;
    });
    opening.catch(() => this.#explained.delete(model));
    this.#explained.set(model, opening);
    return opening;
  }

  /** Loads all versions of a model, or anew: those that are loaded answer until the new ones do. */
  load(name: string): Promise<void> {
    const entries = this.#known(name);
    return this.#inTurn(async () => {
      for (const entry of entries) await this.#load(entry);
    });
  }

  /** Loads everything. */
  async loadAll(): Promise<void> {
    for (const name of new Set(this.#entries.map(({ place }) => place.name))) await this.load(name);
  }

  /** Unloads all versions of a model, once what waits for them is done. */
  unload(name: string): Promise<void> {
    const entries = this.#known(name);
    return this.#inTurn(async () => {
      for (const entry of entries) {
        const { model } = entry;
        if (model === undefined) continue;
        entry.model = undefined;
        entry.state = "UNLOADING";
        await this.#retire(model);
        Object.assign(entry, { state: "UNAVAILABLE", reason: "unloaded" });
        this.#onModel("unloaded", model.servable.label);
      }
    });
  }

  #known(name: string): Entry[] {
    const found = this.#entries.filter(({ place }) => place.name === name);
    if (found.length > 0) return found;
    const names = [...new Set(this.#entries.map(({ place }) => place.name))];
    throw new Refusal(404, `got model ${JSON.stringify(name)}; expected one of ${names.join(", ")}`);
  }

  async #load(entry: Entry): Promise<void> {
    const before = entry.model;
    const began = performance.now();
    if (before === undefined) Object.assign(entry, { state: "LOADING", reason: "" });
    try {
      const model = await findServed(entry.place, entry.statistics, this.#options);
      await this.#open(model);
      entry.model = model;
      Object.assign(entry, { state: "READY", reason: "" });
      this.#onModel("loaded", model.servable.label, performance.now() - began);
    } catch (error) {
      if (before === undefined) Object.assign(entry, { state: "UNAVAILABLE", reason: (error as Error).message });
      throw error;
    }
    if (before !== undefined) await this.#retire(before);
  }

  /** Opens a model in one worker after the other, so that those that wait for nothing go on with their requests. */
  async #open(model: ServedModel): Promise<void> {
    const { servable } = model;
    try {
      for (const worker of this.#workers) {
        await worker.open(servable);
        const joins = await warmUp(model, worker);
        if (!joins && servable.joins) {
          servable.joins = false;
          this.#onModel("rows-alone", servable.label);
        }
      }
    } catch (error) {
      for (const worker of this.#workers) await worker.release(servable);
      throw error;
    }
  }

  /** Lets go of a model once nobody waits for it. */
  async #retire(model: ServedModel): Promise<void> {
    const explained = this.#explained.get(model);
    this.#explained.delete(model);
    await this.#release(model.servable);
    // Not awaited: its opening may wait for its turn behind this.
    void explained?.then(
      ({ servable }) => this.#release(servable),
      () => {},
    );
  }

  async #release(servable: Servable): Promise<void> {
    await this.#scheduler.settled(servable);
    for (const worker of this.#workers) await worker.release(servable);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
