import { referenceModule } from "@widehead/conformance";
import { Matrix, SVD } from "ml-matrix";
import { batchSlopes } from "./stability-losses.mjs";

/** Singular values of U outside are set to 1 by the eager repair. */
const [smallest, largest] = [0.5, 2];

/**
 * The published method in float32: W = VU + 1ωᵀ, with Q = WᵀW and w̄ = Wᵀ1 kept beside it, U⁻ᵀ by the Woodbury identity,
 * V dense; nothing is centred, refactored or checked. With `repair: "eager"` every step ends with all singular values of
 * U brought into [0.5, 2], by rewriting V in O(Dd) for each that lay outside [V15].
 *
 * In favour of the method: singular values come from a float64 decomposition at every step, not from power iterations
 * now and then, and a repair makes U⁻ᵀ anew from it; the updates of Q and w̄ hold for weight decay, too.
 *
 * @see Vincent, de Brébisson, Bouthillier 2015 (arXiv 1412.7091); 2016 (arXiv 1606.08061)
 */
export class PaperMethod {
  #backend;
  #loss;
  #repair;
  #scratch = new Map();
  #V;
  #U;
  #inverse;
  #Q;
  #omega;
  #sum;

  constructor(backend, loss, weights, repair) {
    const { rows: D, columns: d } = weights;
    this.#backend = backend;
    this.#loss = loss;
    this.#repair = repair;
    this.#V = this.#upload("V", weights.data, D, d);
    this.#U = this.#upload("U", identity(d), d, d);
    this.#inverse = this.#upload("inverse", identity(d), d, d);
    this.#omega = this.#get("omega", 1, d);
    this.#Q = this.#get("Q", d, d);
    backend.gemm(this.#V, this.#V, this.#Q, { transposeA: true });
    this.#sum = this.#get("sum", 1, d);
    backend.gemm(this.#upload("ones", new Float64Array(D).fill(1), D, 1), this.#V, this.#sum, { transposeA: true });
  }

  static async create(loss, weights, repair) {
    return new PaperMethod(await referenceModule.create({ dtype: "float32" }), loss, weights, repair);
  }

  /** The losses [m] and hidden gradient [m, d] of a batch, and the step they ask for. */
  async train(hidden, targets, rates) {
    const H = this.#upload("H", hidden.data, hidden.rows, hidden.columns);
    const forward = await this.#forward(H, targets);
    const hiddenGradient = this.#update(H, targets, forward, rates);
    const [gradient] = await this.#backend.readMany([hiddenGradient]);
    if (this.#repair === "eager") await this.#repairSingularValues();
    return { losses: forward.losses, hiddenGradient: gradient };
  }

  /** Loss and slopes [V16] in O(d²) an example. */
  async #forward(H, targets) {
    const [backend, m, d] = [this.#backend, H.rows, H.columns];
    const [Z, R, G0] = ["Z", "R", "G0"].map((name) => this.#get(name, m, d));
    const [q, s, u, o] = ["q", "s", "u", "o"].map((name) => this.#get(name, m, 1));
    const pattern = { ...targets, columns: targets.outputs, columnIds: targets.ids };
    backend.gemm(H, this.#U, Z, { transposeB: true });
    backend.gemm(H, this.#inverse, R, { transposeB: true });
    backend.gemm(H, this.#Q, G0);
    backend.rowDots(G0, H, q);
    backend.gemm(H, this.#sum, s, { transposeB: true });
    backend.gemm(H, this.#omega, u, { transposeB: true });
    backend.sampledDots(pattern, Z, this.#V, o);
    const [squares, sums, shifts, products] = await backend.readMany([q, s, u, o]);
    const squaredDeviations = squares.map((square, j) => square - sums[j] ** 2 / targets.outputs);
    const outputs = products.map((product, j) => product + shifts[j]);
    const slopes = batchSlopes(this.#loss, targets, { squaredDeviations, sums }, outputs);
    return { ...slopes, pattern, sums, shifts, Z, R, G0 };
  }

  /** The updates of V, U, U⁻ᵀ, Q, ω and w̄ for a batch [V15, V16], with weight decay; returns the hidden gradient. */
  #update(H, targets, { a, b, t, pattern, sums, shifts, Z, R, G0 }, { learningRate: rate, weightDecay }) {
    const [backend, m, d, D] = [this.#backend, H.rows, H.columns, targets.outputs];
    const keep = 1 - rate * weightDecay;
    const column = (name, values) => this.#upload(name, values, m, 1);
    const [scale, common, tau] = [column("a", a), column("b", b), column("tau", t)];
    const T = { ...pattern, values: t };
    const scaled = (name, matrix) => this.#combine(name, m, d, [{ matrix, scale }]);

    const Y = this.#get("Y", m, d);
    backend.sparseGemm(T, this.#V, Y);
    const WT = this.#product("WT", Y, this.#U);
    backend.gemm(tau, this.#omega, WT, { beta: 1 });
    backend.gemm(common, this.#sum, WT, { beta: 1 });
    const G = this.#combine("G", m, d, [{ matrix: G0, scale }, { matrix: WT }]);

    const half = this.#combine("half", m, d, [{ matrix: G0, scale, factor: 0.5 }, { matrix: WT }]);
    const aH = scaled("aH", H);
    const M = this.#upload("M", halfOverlaps(t, targets.ids), m, m);
    backend.gemm(aH, half, M, { transposeB: true, beta: 1 });
    backend.gemm(common, common, M, { transposeB: true, alpha: D / 2, beta: 1 });
    backend.gemm(common, tau, M, { transposeB: true, beta: 1 });
    backend.addTranspose(M, M);

    const system = this.#upload("system", identity(m), m, m);
    backend.gemm(H, aH, system, { transposeB: true, alpha: -rate / keep, beta: 1 });
    const P = this.#get("P", m, d);
    backend.luSolve(system, R, P, this.#get("status", 1, 1));
    backend.sparseGemm(transposed(T), P, this.#V, { alpha: -rate / keep, beta: 1 });
    backend.gemm(scaled("aZ", Z), H, this.#U, { transposeA: true, alpha: -rate, beta: keep });
    backend.gemm(P, aH, this.#inverse, { transposeA: true, alpha: rate / keep ** 2, beta: 1 / keep });

    const MH = this.#product("MH", M, H);
    const E = this.#combine("E", m, d, [
      { matrix: G, factor: keep },
      { matrix: MH, factor: -rate / 2 },
    ]);
    const change = this.#product("change", E, H, { transposeA: true });
    backend.addTranspose(change, change);
    backend.combine(this.#Q, [
      { matrix: this.#Q, factor: keep ** 2 },
      { matrix: change, factor: -rate },
    ]);
    const shiftSlopes = a.map((value, j) => value * shifts[j] + b[j]);
    const sumSlopes = a.map((value, j) => value * sums[j] + D * b[j] + t[j]);
    const descent = { transposeA: true, alpha: -rate, beta: keep };
    backend.gemm(column("shiftSlopes", shiftSlopes), H, this.#omega, descent);
    backend.gemm(column("sumSlopes", sumSlopes), H, this.#sum, descent);
    return G;
  }

  /** U = Σ σ p rᵀ: where σ is out of range, V ← V + (σ − 1) V p pᵀ and U ← U + (1 − σ) p rᵀ [V15]. */
  async #repairSingularValues() {
    const [backend, d] = [this.#backend, this.#U.rows];
    const [transform] = await backend.readMany([this.#U]);
    if (!transform.every(Number.isFinite)) return;
    const {
      leftSingularVectors: left,
      rightSingularVectors: right,
      diagonal,
    } = new SVD(Matrix.from1DArray(d, d, transform));
    const outside = diagonal.map((value) => value < smallest || value > largest);
    if (!outside.includes(true)) return;
    for (let i = 0; i < d; i += 1) {
      if (!outside[i]) continue;
      const p = this.#upload("p", left.getColumn(i), d, 1);
      backend.gemm(this.#product("Vp", this.#V, p), p, this.#V, {
        transposeB: true,
        alpha: diagonal[i] - 1,
        beta: 1,
      });
    }
    const repaired = diagonal.map((value, i) => (outside[i] ? 1 : value));
    const rebuilt = (values) => left.mmul(Matrix.diag(values)).mmul(right.transpose()).to1DArray();
    backend.write(this.#U, Float64Array.from(rebuilt(repaired)));
    backend.write(this.#inverse, Float64Array.from(rebuilt(repaired.map((value) => 1 / value))));
  }

  /** W [D, d] = VU + 1ωᵀ. */
  async weights() {
    const W = this.#product("W", this.#V, this.#U);
    const [weights, omega] = await this.#backend.readMany([W, this.#omega]);
    return weights.map((weight, at) => weight + omega[at % omega.length]);
  }

  #product(name, a, b, options = {}) {
    const out = this.#get(name, options.transposeA ? a.columns : a.rows, b.columns);
    this.#backend.gemm(a, b, out, options);
    return out;
  }

  #combine(name, rows, columns, terms) {
    const out = this.#get(name, rows, columns);
    this.#backend.combine(out, terms);
    return out;
  }

  #upload(name, data, rows, columns) {
    const matrix = this.#get(name, rows, columns);
    this.#backend.write(matrix, Array.isArray(data) ? Float64Array.from(data) : data);
    return matrix;
  }

  #get(name, rows, columns) {
    if (!this.#scratch.has(name)) this.#scratch.set(name, this.#backend.allocate(rows, columns));
    return this.#scratch.get(name);
  }
}

function identity(size) {
  return Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
}

/** ½ TTᵀ [m, m] for one target an example. */
function halfOverlaps(t, ids) {
  const m = ids.length;
  return Float64Array.from({ length: m * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    return ids[i] === ids[j] ? (t[i] * t[j]) / 2 : 0;
  });
}

/** Tᵀ [D, m] for one target an example. */
function transposed({ rows, columns, columnIds, values }) {
  const order = Uint32Array.from({ length: rows }, (_, j) => j).sort((i, j) => columnIds[i] - columnIds[j]);
  const offsets = new Uint32Array(columns + 1);
  for (const id of columnIds) offsets[id + 1] += 1;
  for (let k = 0; k < columns; k += 1) offsets[k + 1] += offsets[k];
  return {
    rows: columns,
    columns: rows,
    offsets,
    columnIds: order,
    values: Float64Array.from(order, (j) => values[j]),
  };
}
