/** gpu.js does not say its version at run time; a test holds this to the installed one. */
export const version = "2.24.1";
