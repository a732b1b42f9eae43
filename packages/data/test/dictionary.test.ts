import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Dictionary } from "../src/index.ts";

const code = (code: string) => expect.objectContaining({ code });

describe("Dictionary", () => {
  it("gives each name one id, in order, and survives JSON", () => {
    const names = fc.array(fc.oneof(fc.string(), fc.constantFrom("__proto__", "\ud800")));
    fc.assert(
      fc.property(names, (names) => {
        const dictionary = new Dictionary();
        const ids = names.map((name) => dictionary.add(name));
        expect(dictionary.names).toEqual([...new Set(names)]);
        expect(names.map((name) => dictionary.idOf(name))).toEqual(ids);
        expect(ids.map((id) => dictionary.nameOf(id))).toEqual(names);
        expect(Dictionary.fromJSON(JSON.parse(JSON.stringify(dictionary))).names).toEqual(dictionary.names);
      }),
    );
  });

  it("has nothing for other names and ids", () => {
    const dictionary = Dictionary.fromNames(["a", "b"]);
    expect([dictionary.size, dictionary.idOf("c")]).toEqual([2, undefined]);
    for (const id of [-1, 2, 0.5]) expect(() => dictionary.nameOf(id)).toThrow(code("ERR_INDEX_RANGE"));
  });

  it.each([[{}], [null], [[1]], [["a", "a"]]])("refuses the JSON %j", (json) => {
    expect(() => Dictionary.fromJSON(json)).toThrow(code("ERR_FORMAT"));
  });

  it("says so where a Map is full, and stays as it was", () => {
    const dictionary = Dictionary.fromNames(["a"]);
    const set = vi.spyOn(Map.prototype, "set").mockImplementationOnce(() => {
      throw new RangeError("Map maximum size exceeded");
    });
    expect(() => dictionary.add("b")).toThrow(code("ERR_MEMORY"));
    set.mockRestore();
    expect([dictionary.size, dictionary.add("b")]).toEqual([1, 1]);
  });
});
