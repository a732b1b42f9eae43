/** ONNX models written by hand: the protobuf encoding of the few messages of onnx.proto that a graph of matrices needs. */

const float = 1;
const attributeTypes = { float: 1, integer: 2 };
const irVersion = 8;
const operatorSet = 17;

const varint = (value) => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
const integerField = (field, value) => Buffer.from([...varint(field << 3), ...varint(value)]);
const bytesField = (field, value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]);
};
const floatField = (field, value) => {
  const bytes = Buffer.alloc(5, (field << 3) | 5);
  bytes.writeFloatLE(value, 1);
  return bytes;
};
const message = (field, ...parts) => bytesField(field, Buffer.concat(parts));

/** ValueInfoProto of a float32 matrix whose sizes are known when it runs, by names. */
function matrixInfo(field, [name, sizes]) {
  const shape = message(2, ...sizes.map((size) => message(1, bytesField(2, size))));
  return message(field, bytesField(1, name), message(2, message(1, integerField(1, float), shape)));
}

/** AttributeProto. */
function attribute([name, value]) {
  const [type, field] =
    name === "alpha" || name === "beta"
      ? [attributeTypes.float, floatField(2, value)]
      : [attributeTypes.integer, integerField(3, value)];
  return message(5, bytesField(1, name), field, integerField(20, type));
}

/** A node Gemm of the standard operators: output = A B + C, its operands transposed as asked. */
export function gemm(inputs, output, attributes = {}) {
  return message(
    1,
    ...inputs.map((name) => bytesField(1, name)),
    bytesField(2, output),
    bytesField(4, "Gemm"),
    ...Object.entries(attributes).map(attribute),
  );
}

/**
 * ModelProto of a graph.
 *
 * @param nodes  in an order in which they can run
 * @param inputs  name → names of the two sizes
 * @param outputs  the same
 */
export function onnxModel(nodes, inputs, outputs) {
  const graph = [
    ...nodes,
    bytesField(2, "step"),
    ...Object.entries(inputs).map((entry) => matrixInfo(11, entry)),
    ...Object.entries(outputs).map((entry) => matrixInfo(12, entry)),
  ];
  return Buffer.concat([integerField(1, irVersion), message(7, ...graph), message(8, integerField(2, operatorSet))]);
}
