import { createRandom, isWideheadError } from "@widehead/core";
import { Arena, type Block, type GrowableMemory } from "@widehead/wasm-kernels";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const PAGE = 65536;

/** As WebAssembly.Memory: growing replaces the buffer, and fails with a RangeError above the limit. */
class FakeMemory implements GrowableMemory {
  buffer: ArrayBuffer;
  readonly #limit: number;

  constructor(pages: number, limit: number) {
    this.buffer = new ArrayBuffer(pages * PAGE);
    this.#limit = limit;
  }

  grow(pages: number): number {
    const before = this.buffer.byteLength / PAGE;
    if (before + pages > this.#limit) throw new RangeError("cannot grow");
    this.buffer = new ArrayBuffer((before + pages) * PAGE);
    return before;
  }
}

function expectApart(blocks: readonly Block[], base: number, end: number): void {
  const sorted = [...blocks].sort((one, other) => one.address - other.address);
  let free = base;
  for (const { address, bytes } of sorted) {
    expect(address).toBeGreaterThanOrEqual(free);
    expect(address % 64).toBe(0);
    free = address + bytes;
  }
  expect(free).toBeLessThanOrEqual(end);
}

describe("Arena", () => {
  test("never hands out what is held, gives at least what was asked for, and merges all that is freed", () => {
    const step = fc.record({ bytes: fc.nat(300_000), freed: fc.option(fc.nat(1000)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new FakeMemory(1, 4096);
        const arena = new Arena(memory, { base: 1000 });
        const blocks: Block[] = [];
        for (const { bytes, freed } of steps) {
          if (freed !== null && blocks.length > 0) arena.free(blocks.splice(freed % blocks.length, 1)[0]!);
          const block = arena.allocate(bytes);
          expect(block.bytes).toBeGreaterThanOrEqual(bytes);
          blocks.push(block);
          expectApart(blocks, 1000, memory.buffer.byteLength);
          expect(arena.held).toBe(blocks.reduce((sum, { bytes: held }) => sum + held, 0));
        }
        for (const block of blocks) arena.free(block);
        expect(arena.held).toBe(0);
        const size = memory.buffer.byteLength;
        arena.allocate(size - 1024);
        expect(memory.buffer.byteLength).toBe(size);
      }),
    );
  });

  test("does not fragment over 300,000 allocations of different sizes", () => {
    const random = createRandom(7);
    const memory = new FakeMemory(1, 65536);
    const arena = new Arena(memory, { base: 0 });
    const blocks: Block[] = [];
    let most = 0;
    for (let i = 0; i < 300_000; i += 1) {
      if (blocks.length > 200 || (blocks.length > 0 && random.integer(2) === 0)) {
        const index = random.integer(blocks.length);
        arena.free(blocks[index]!);
        blocks[index] = blocks.at(-1)!;
        blocks.pop();
      } else blocks.push(arena.allocate(2 ** (6 + random.integer(12)) + random.integer(4096)));
      most = Math.max(most, arena.held);
    }
    expect(memory.buffer.byteLength).toBeLessThan(1.5 * most);
  });

  test("views follow the memory when it grows", () => {
    const memory = new FakeMemory(1, 64);
    const arena = new Arena(memory, { base: 0 });
    const { address } = arena.allocate(3 * PAGE);
    for (const view of [arena.bytes, arena.indices, arena.float32, arena.float64]) {
      expect(view.buffer).toBe(memory.buffer);
      expect(arena.buffer).toBe(memory.buffer);
      expect(view.byteLength).toBeGreaterThanOrEqual(address + 3 * PAGE);
    }
  });

  test.each([
    ["its own limit", new Arena(new FakeMemory(1, 65536), { base: 0, maximumBytes: 16 * PAGE })],
    ["the memory's", new Arena(new FakeMemory(1, 16), { base: 0 })],
    ["32 bits", new Arena(new FakeMemory(16, 16), { base: 0 })],
  ])("at %s throws ERR_MEMORY, and loses nothing", (_, arena) => {
    const first = arena.allocate(10 * PAGE);
    for (const needed of [7 * PAGE, 2 ** 33]) {
      let caught: unknown;
      try {
        arena.allocate(needed);
      } catch (error) {
        caught = error;
      }
      if (!isWideheadError(caught, "ERR_MEMORY")) throw new Error(`ERR_MEMORY expected, got ${String(caught)}`);
      expect(caught.details).toMatchObject({ needed, held: 10 * PAGE });
    }
    const second = arena.allocate(6 * PAGE);
    expectApart([first, second], 0, 16 * PAGE);
    arena.free(first);
    expect(arena.allocate(10 * PAGE).address).toBe(first.address);
  });
});
