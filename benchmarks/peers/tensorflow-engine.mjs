import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tf from "@tensorflow/tfjs";
import wasm from "@tensorflow/tfjs-backend-wasm";

/** TensorFlow.js on its wasm backend. It has no threads in Node: its WASM_HAS_MULTITHREAD_SUPPORT is false there. */

const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(join(dirname(main), "/"));
if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend of TensorFlow.js did not start");

export { tf };

/** A tensor's numbers in WASM memory, writable; valid until the memory grows. */
export function view(tensor) {
  return tf.backend().typedArrayFromHeap(tensor);
}

export function describeEngine() {
  const simd = tf.env().get("WASM_HAS_SIMD_SUPPORT") ? "wasm SIMD" : "wasm";
  return `TensorFlow.js ${tf.version_core}, ${simd}`;
}
