/** The shape of the goals, [V15]'s with a constant feature besides. */
export const usual = { outputs: 793_471, features: 300, batch: 128, targets: 1, loss: "squared" };

/** What differs in each row. Goals in milliseconds on two cores of a Zen 5 with AVX-512: BLAS on one thread, and on two. */
export const shapes = [
  { goals: [1, 0.7] },
  { loss: "spherical", goals: [1.15] },
  { loss: "taylor", goals: [1.15] },
  { loss: "z", goals: [1.15] },
  { optimizer: "second-order", goals: [1.35] },
  { batch: 32, goals: [0.25] },
  { batch: 512, goals: [4.5] },
  { features: 512, goals: [2.5] },
  { features: 128, goals: [0.35] },
  { targets: 10, goals: [1.5] },
  { outputs: 10_000, features: 128, batch: 32, goals: [0.07] },
];
