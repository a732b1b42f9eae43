// What no conformance case can see: device loss, sharing of buffers, long recordings, leaks.
import "../../packages/backend-webgpu/test/device.test.ts";
import "../../packages/backend-webgpu/test/idle.test.ts";
import "../../packages/backend-webgpu/test/recording.test.ts";
