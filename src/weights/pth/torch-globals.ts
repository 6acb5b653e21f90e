import { quoted, UserError } from "../../errors.js";
import { mostAxes } from "../../graph/onnx/tensor.js";
import type { StoredType } from "../stored-type.js";
import { describe, type PickleHost } from "./pickle-machine.js";
import { PickleDict, PickleInert, PickleList, PickleObject, PickleTuple, type PickleValue } from "./pickle-value.js";

/** Numbers of one type that lie in a row, somewhere in the file. */
export class StorageRef extends PickleObject {
  readonly label = "a storage";
  constructor(
    readonly key: string,
    readonly type: StoredType,
    /** Elements of the storage as it is kept. */
    readonly kept: number,
    /** The part of them that this is: its first element and how many there are. */
    readonly offset: number,
    readonly length: number,
  ) {
    super();
  }
}

/** A tensor whose numbers have not been read. */
export class TensorRef extends PickleObject {
  readonly label = "a tensor";
  constructor(
    readonly storage: StorageRef,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }
}

/** A type of storage, or of elements. */
class TypeName extends PickleObject {
  constructor(
    readonly label: string,
    readonly type?: StoredType,
  ) {
    super();
  }
}

type Make = (args: readonly PickleValue[], charge: (work: number) => void) => PickleValue;

/** A function or class of which we know what it makes. */
class Maker extends PickleObject {
  constructor(
    readonly label: string,
    readonly make: Make,
  ) {
    super();
  }
}

const storageTypes = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
} as const satisfies Record<string, StoredType>;

const elementTypes =
  "float64 double float32 float float16 half bfloat16 int64 long int32 int int16 short int8 uint8 bool";

/** Everything that a checkpoint may name. Source: PyTorch, torch/_utils.py and torch/serialization.py. */
const makers: Readonly<Record<string, Make>> = {
  "collections.OrderedDict": orderedDict,
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": rebuildParameter,
  "torch._utils._rebuild_parameter_with_state": rebuildParameter,
  "torch._tensor._rebuild_from_type_v2": rebuildOfType,
  "builtins.set": set,
  "__builtin__.set": set,
  "torch.Size": ([sizes]) => new PickleTuple(itemsOf(sizes)),
  "torch.device": ([name]) => (typeof name === "string" ? name : "cpu"),
};

const globals: ReadonlyMap<string, PickleObject> = new Map<string, PickleObject>([
  ...Object.entries(makers).map(([name, make]) => [name, new Maker(name, make)] as const),
  ...Object.entries(storageTypes).map(
    ([name, type]) => [`torch.${name}`, new TypeName(`torch.${name}`, type)] as const,
  ),
  ...elementTypes.split(" ").map((name) => [`torch.${name}`, new TypeName(`torch.${name}`)] as const),
]);

/** What PyTorch's checkpoints mean by the names in them. Tensors stay references into the file. */
export class TorchHost implements PickleHost {
  /** What is said of every storage in the file: its type and how many elements it has. */
  readonly storages = new Map<string, StorageRef>();
  /** Names that mean nothing here; what they make is inert. */
  readonly skipped = new Set<string>();

  global(module: string, name: string): PickleObject {
    const path = `${module}.${name}`;
    const known = globals.get(path);
    if (known !== undefined) return known;
    this.skipped.add(quoted(path));
    return new PickleInert(quoted(path));
  }

  readonly call = call;

  /** A class beside its source, as whole models of old had them, or a storage. */
  persistent(id: PickleValue): PickleObject {
    const parts = itemsOf(id);
    const [kind, type] = parts;
    if ((kind === "module" || kind === "storage") && type instanceof PickleInert) return type;
    return this.#storage(parts);
  }

  /** ("storage", type, key, device, elements) and, in old files, the part of it: (key, offset, elements). */
  #storage([kind, type, key, , kept, view]: readonly PickleValue[]): StorageRef {
    if (kind !== "storage" || !(type instanceof TypeName) || type.type === undefined || typeof key !== "string") {
      throw new UserError(
        "got a pickle with a reference that is no storage; expected a checkpoint as torch.save writes",
      );
    }
    const [offset, length] = view instanceof PickleTuple ? view.items.slice(1) : [0, kept];
    const ref = new StorageRef(key, type.type, sizeOf(kept), sizeOf(offset), sizeOf(length));
    const known = this.storages.get(key);
    if (ref.offset + ref.length > ref.kept || (known && (known.type !== ref.type || known.kept !== ref.kept))) {
      throw new UserError(`got a pickle that contradicts itself about storage ${quoted(key)}; give the whole file`);
    }
    this.storages.set(key, ref);
    return ref;
  }
}

function call(callee: PickleValue, args: PickleTuple, charge: (work: number) => void): PickleValue {
  if (callee instanceof Maker) return callee.make(args.items, charge);
  if (callee instanceof PickleInert) return new PickleInert(callee.label);
  throw new UserError(`got a pickle that calls ${describe(callee)}; expected tensors and containers only`);
}

/** Its items in a row. */
function set([items]: readonly PickleValue[], charge: (work: number) => void): PickleList {
  const list = new PickleList();
  if (items === undefined) return list;
  charge(itemsOf(items).length);
  for (const item of itemsOf(items)) list.items.push(item);
  return list;
}

/** Empty, or of a list of pairs, as Python 2 wrote it. */
function orderedDict([pairs]: readonly PickleValue[], charge: (work: number) => void): PickleDict {
  const dict = new PickleDict();
  const items = pairs === undefined ? [] : itemsOf(pairs);
  charge(items.length);
  for (const pair of items) {
    const [key, value] = itemsOf(pair);
    if (typeof key !== "string" || value === undefined) {
      throw strange("an OrderedDict of other things than named values");
    }
    dict.set(key, value);
  }
  return dict;
}

/** (storage, offset, sizes, strides, …): what follows is for gradients. */
function rebuildTensor([storage, offset, sizes, strides]: readonly PickleValue[], charge: (work: number) => void) {
  if (storage instanceof PickleInert) return storage; // of numbers that nothing here has, such as complex ones
  if (!(storage instanceof StorageRef)) throw strange("a tensor without a storage");
  const shape = itemsOf(sizes);
  charge(4 * shape.length);
  if (shape.length > mostAxes) throw strange(`a tensor with ${shape.length} axes`);
  const steps = itemsOf(strides).map(sizeOf);
  if (steps.length !== shape.length) throw strange(`a tensor with ${shape.length} sizes and ${steps.length} strides`);
  return new TensorRef(storage, sizeOf(offset), shape.map(sizeOf), steps);
}

/** (function, class, arguments, state): a tensor of a class of its own, such as an image; never one of those again. */
function rebuildOfType([make, , args]: readonly PickleValue[], charge: (work: number) => void): PickleValue {
  if (make instanceof Maker && make.make === rebuildOfType) throw strange("a tensor made of itself");
  return call(make!, new PickleTuple(itemsOf(args)), charge);
}

function rebuildParameter([tensor]: readonly PickleValue[]): PickleObject {
  if (tensor instanceof PickleInert) return tensor;
  if (!(tensor instanceof TensorRef)) throw strange("a parameter without a tensor");
  return tensor;
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  if (value instanceof PickleTuple || value instanceof PickleList) return value.items;
  throw strange("something else where a list belongs");
}

function sizeOf(value: PickleValue | undefined): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw strange(`${typeof value === "number" || typeof value === "bigint" ? value : "no number"} as a size or stride`);
}

function strange(what: string): UserError {
  return new UserError(`got a pickle with ${what}; expected a checkpoint as torch.save writes it`);
}
