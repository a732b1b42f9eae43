import { mlMatrix } from "@widehead/backend-ml-matrix";
import { describeBackend } from "@widehead/conformance/vitest";
import lock from "../conformance.lock.json" with { type: "json" };

describeBackend(mlMatrix, { lock });
