// What no conformance case can see: the textures and contexts that WebGL holds.
import "../../packages/backend-gpujs/test/textures.test.ts";
