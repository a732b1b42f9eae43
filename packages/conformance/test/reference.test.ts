import { referenceModule } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";

const lock = { skips: [{ id: "backend/manifest/threads-agree", reason: "supports.threads is false" }] };

describeBackend(referenceModule, { options: { dtype: "float64" }, lock });
describeBackend(referenceModule, { options: { dtype: "float32" }, lock });
