import { type TensorDtype, WideheadError } from "@widehead/core";

/** Where a tensor's bytes lie, counted from the end of the header. */
export interface TensorPlace {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly places: readonly TensorPlace[];
  readonly metadata: Readonly<Record<string, string>>;
}

export const METADATA = "__metadata__";
/** Bytes that hold the header's length. */
export const LENGTH_BYTES = 8;
/** The format's own limit on a header. */
export const LONGEST_HEADER = 100_000_000;

const ELEMENT_BYTES: Readonly<Record<TensorDtype, number>> = { F32: 4, F64: 8, U32: 4 };

export function elementBytes(dtype: TensorDtype): number {
  return ELEMENT_BYTES[dtype];
}

export function tensorBytes(dtype: TensorDtype, shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, elementBytes(dtype));
}

/** The length and the JSON header, padded with spaces so that the data begins at a multiple of 8. */
export function encodeHeader({ places, metadata }: Header): Uint8Array {
  const entries: [string, object][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA, metadata]);
  for (const { name, dtype, shape, begin, end } of places) {
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(LENGTH_BYTES + length, " ");
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, LENGTH_BYTES);
  return header;
}

/**
 * Parses and checks a JSON header: known types, sizes that agree with shapes, and tensors that fill the data without gap
 * or overlap. Places come in the order of their bytes.
 *
 * @throws WideheadError ERR_FORMAT
 */
export function parseHeader(json: string, dataBytes: number, path: string): Header {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw headerError(path, "a JSON header", "something else", cause);
  }
  if (!isRecord(parsed)) throw headerError(path, "a JSON object as header", json.slice(0, 40));
  const { [METADATA]: metadata = {}, ...tensors } = parsed;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw headerError(path, `${METADATA} from strings to strings`, JSON.stringify(metadata).slice(0, 40));
  }
  const places = Object.entries(tensors).map(([name, entry]) => parsePlace(name, entry, path));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of places) {
    if (begin !== reached) throw headerError(path, `tensor ${name} to begin at byte ${reached}`, begin);
    reached = end;
  }
  if (reached !== dataBytes) throw headerError(path, `${reached} bytes of data`, dataBytes);
  return { places, metadata: metadata as Record<string, string> };
}

function parsePlace(name: string, entry: unknown, path: string): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw headerError(path, `tensor ${name} of type ${Object.keys(ELEMENT_BYTES).join(", ")}`, dtype);
  }
  if (!isSizes(shape)) throw headerError(path, `tensor ${name} with a shape of whole numbers`, shape);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw headerError(path, `tensor ${name} with two data_offsets`, offsets);
  const [begin, end] = offsets as [number, number];
  const bytes = tensorBytes(dtype as TensorDtype, shape);
  if (end - begin !== bytes) throw headerError(path, `tensor ${name} of ${bytes} bytes`, end - begin);
  return { name, dtype: dtype as TensorDtype, shape, begin, end };
}

export function headerError(path: string, expected: string, actual: unknown, cause?: unknown): WideheadError {
  const message = `safetensors: expected ${expected} in ${path}, got ${JSON.stringify(actual)}`;
  return new WideheadError("ERR_FORMAT", message, { path, expected, actual }, { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
