/** The smallest experiment with every stage of the three methods: seven stages, a second or two on the wasm engine. */
export const TINY = {
  name: "tiny",
  dataset: { format: "synthetic", users: 60, items: 40, interactionsPerUser: 30, regions: 3, drift: 0.9, seed: 5 },
  windows: { context: 5, stride: 2 },
  backbone: { kind: "sasrec", hidden: 8, training: { epochs: 1 } },
  lora: { training: { epochs: 1 } },
  regions: { k: 2, training: { epochs: 1 } },
  control: false,
  methods: ["base", "lora", { kind: "raie", label: "RAIE" }],
  seeds: [1],
};
