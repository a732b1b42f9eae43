import { createRandom } from "@widehead/core";

/** What each topic is about. */
const topics: Readonly<Record<string, readonly string[]>> = {
  sea: "wave harbour sail anchor tide gull salt current".split(" "),
  bread: "flour oven yeast crust dough bake salt rye".split(" "),
  stars: "orbit comet planet telescope galaxy light moon tide".split(" "),
};

export interface TaggedText {
  readonly text: string;
  readonly tags: readonly string[];
}

/** Short texts of six words of one topic each, tagged with it and with its rank in the alphabet. */
export function sampleTexts(count = 150, seed = 4): TaggedText[] {
  const random = createRandom(seed);
  const names = Object.keys(topics);
  return Array.from({ length: count }, (_, n) => {
    const topic = names[n % names.length]!;
    const words = Array.from({ length: 6 }, () => topics[topic]![random.integer(8)]!);
    return { text: words.join(" "), tags: [topic, `about-${topic[0]}`] };
  });
}

/** The same as lines of JSON. */
export function sampleRecords(count?: number, seed?: number): string {
  return sampleTexts(count, seed)
    .map((record) => JSON.stringify(record))
    .join("\n");
}

/** The same in libsvm's form, with the names of labels and features. */
export function sampleNumbers(): { readonly data: string; readonly labels: string; readonly features: string } {
  const features = [...new Set(Object.values(topics).flat())];
  const labels = [...new Set(sampleTexts().flatMap(({ tags }) => tags))];
  const lines = sampleTexts().map(({ text, tags }) => {
    const counts = new Map<number, number>();
    for (const word of text.split(" ")) {
      const id = features.indexOf(word);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const pairs = [...counts].map(([id, value]) => `${id}:${value}`);
    return `${tags.map((tag) => labels.indexOf(tag)).join(",")} ${pairs.join(" ")}`;
  });
  const data = [`${lines.length} ${features.length} ${labels.length}`, ...lines].join("\n");
  return { data, labels: labels.join("\n"), features: features.join("\n") };
}
