import type { Tensor } from "./tensor.js";

/** An ONNX attribute with its kind, so that it is written as it was read (1 the integer is not 1 the float). */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly tensor: Tensor }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] };

/** The attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** What the attributes of each kind hold. */
export type AttributeKinds = {
  int: number;
  float: number;
  string: string;
  tensor: Tensor;
  ints: readonly number[];
  floats: readonly number[];
  strings: readonly string[];
};
/** The kind of an attribute. */
export type AttributeKind = keyof AttributeKinds;

/** How one attribute of an operator is read: its kind and the value it has when it is left out. */
export interface AttributeRule<K extends AttributeKind, V> {
  readonly kind: K;
  readonly fallback: V;
}

/** All attributes of an operator. */
export type AttributeSchema = Readonly<Record<string, AttributeRule<AttributeKind, unknown>>>;

/** The attributes of an operator as plain typed values, defaults filled in. */
export type AttributesOf<S extends AttributeSchema> = {
  readonly [N in keyof S]: S[N] extends AttributeRule<infer K, infer V> ? AttributeKinds[K] | V : never;
};

/** Declares an attribute: `attribute("int", 1)` is an integer that is 1 when left out. */
export function attribute<K extends AttributeKind>(kind: K, fallback: AttributeKinds[K]): AttributeRule<K, never>;
export function attribute<K extends AttributeKind>(kind: K, fallback: undefined): AttributeRule<K, undefined>;
export function attribute<K extends AttributeKind>(
  kind: K,
  fallback: AttributeKinds[K] | undefined,
): AttributeRule<K, unknown> {
  return { kind, fallback };
}

/**
 * Reads a node's attributes by its operator's schema. Attributes the schema does not know are an error,
 * because ignoring one would change the result in silence.
 */
export function readAttributes<S extends AttributeSchema>(
  schema: S,
  attributes: Attributes,
  where: string,
): AttributesOf<S> {
  const result: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(schema)) {
    const given = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (given !== undefined && !(rule.kind in given)) {
      throw new TypeError(`${where}: got attribute ${name} of kind ${Object.keys(given)[0]}; expected ${rule.kind}`);
    }
    result[name] = given === undefined ? rule.fallback : (given as Record<string, unknown>)[rule.kind];
  }
  for (const name of Object.keys(attributes)) {
    if (!Object.hasOwn(schema, name)) {
      throw new TypeError(
        `${where}: got attribute ${name}; expected one of ${Object.keys(schema).join(", ") || "none"}`,
      );
    }
  }
  return result as AttributesOf<S>;
}

/** One attribute of a node whose operator may be any: undefined where there is none of that kind. */
export function attributeOf<K extends AttributeKind>(
  attributes: Attributes,
  name: string,
  kind: K,
): AttributeKinds[K] | undefined {
  const given: Partial<AttributeKinds> = (Object.hasOwn(attributes, name) && attributes[name]) || {};
  return given[kind];
}

/**
 * The reverse of `readAttributes`: plain values to tagged ones; undefined values are left out. Numbers that are not
 * whole are rounded to single precision, which is how a file holds them.
 */
export function writeAttributes<S extends AttributeSchema>(schema: S, values: Partial<AttributesOf<S>>): Attributes {
  const result: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(values)) {
    const rule = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (rule === undefined) {
      throw new TypeError(`got attribute ${name}; expected one of ${Object.keys(schema).join(", ") || "none"}`);
    }
    if (value !== undefined) result[name] = { [rule.kind]: asStored(value) } as Attribute;
  }
  return result;
}

function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStored);
  return typeof value === "number" && !Number.isInteger(value) ? Math.fround(value) : value;
}
