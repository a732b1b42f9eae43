/** A file that may hold BLAS, and one that may hold LAPACK where the first does not. */
export interface Candidate {
  readonly path: string;
  readonly lapack?: string;
}

interface Platform {
  readonly candidates: readonly Candidate[];
  /** What a user does who has none of them. */
  readonly remedy: string;
}

const lapack = "liblapack.so.3";

const linux: Platform = {
  candidates: [
    ...["libopenblas.so.0", "libopenblas.so", "libblis.so.4", "libblis.so.3", "libblis.so"],
    ...["libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so", "libblas.so.3"],
  ].map((path) => ({ path, lapack })),
  remedy:
    "install OpenBLAS (Debian, Ubuntu: apt install libopenblas0; Fedora: dnf install openblas; Alpine: apk add openblas)",
};

const darwin: Platform = {
  candidates: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ].map((path) => ({ path })),
  remedy: "macOS brings Accelerate; otherwise brew install openblas",
};

const windows: Platform = {
  candidates: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll", "mkl_rt.dll"].map((path) => ({ path })),
  remedy: "put libopenblas.dll of an OpenBLAS release on PATH, or name the file in WIDEHEAD_BLAS",
};

/** What is tried on a platform, best first. */
export function platformLibraries(platform: NodeJS.Platform): Platform {
  if (platform === "darwin") return darwin;
  return platform === "win32" ? windows : linux;
}

/** The file that a user names, with the LAPACK of the platform for a library that has none of its own. */
export function explicitCandidate(path: string, platform: NodeJS.Platform): Candidate {
  return platformLibraries(platform) === linux ? { path, lapack } : { path };
}
