import { wasm } from "@widehead/backend-wasm";
import { describeBackend } from "@widehead/conformance/vitest";
import lock from "../conformance.lock.json" with { type: "json" };

describeBackend(wasm, { lock, options: { dtype: "float32" } });
describeBackend(wasm, { lock, options: { dtype: "float64" } });
