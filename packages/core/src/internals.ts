/** Parts that the conformance suite takes apart; not covered by semantic versioning. */
export {};
