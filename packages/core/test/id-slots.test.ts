import fc from "fast-check";
import { expect, test } from "vitest";
import { IdSlots } from "../src/id-slots.ts";

test("ids get slots in the order of their first appearance, like a Map would give them", () => {
  const id = fc.oneof(fc.nat(30), fc.nat(0xffffffff), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const slots = new IdSlots(ids.length);
      const expected = new Map<number, number>();
      for (const each of ids) {
        if (!expected.has(each)) expected.set(each, expected.size);
        expect(slots.add(each)).toBe(expected.get(each));
      }
      expect(slots.ids()).toEqual(Uint32Array.from(expected.keys()));
    }),
  );
});
