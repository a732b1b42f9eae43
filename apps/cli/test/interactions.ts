import { createRandom } from "@widehead/core";

/** Users of three tastes, each with most of the items of their taste and one of another. */
export function sampleInteractions(users = 60, seed = 3): (readonly [string, string])[] {
  const random = createRandom(seed);
  const tastes = ["jazz", "folk", "rock"];
  return Array.from({ length: users }, (_, user) => {
    const taste = tastes[user % 3]!;
    const own = Array.from({ length: 8 }, (_, n) => `${taste}${n}`).filter(() => random.uniform() < 0.8);
    return [...own, `${tastes[(user + 1) % 3]!}${random.integer(8)}`].map((item) => [`u${user}`, item] as const);
  }).flat();
}

/** The same as a table. */
export function sampleTable(users?: number, seed?: number): string {
  const lines = sampleInteractions(users, seed).map(([user, item], line) => `${user},${item},${1 + (line % 5)}`);
  return ["user,item,rating", ...lines].join("\n");
}

/** The same, one user a line, items as numbers. */
export function sampleLists(): string {
  const items = new Map<string, number>();
  const users = new Map<string, number[]>();
  for (const [user, item] of sampleInteractions()) {
    if (!items.has(item)) items.set(item, items.size);
    users.set(user, [...(users.get(user) ?? []), items.get(item)!]);
  }
  return [...users.values()].map((ids) => ids.join(" ")).join("\n");
}
