/**
 * The layers of the library, lowest first. A folder may import itself and what stands before it; see docs in
 * src/README.md. `convert` and `cli` stand aside and have lists of their own.
 */
const layers = [["diagnostics"], ["math"], ["format", "gpu"], ["networks"], ["pipeline"], ["animation"], ["avatar"]];

const layerRules = layers.flatMap((folders, level) =>
    folders.map((folder) => {
        const allowed = [folder, ...layers.slice(0, level).flat()];
        return {
            name: `layer-${folder}`,
            comment: `src/${folder} imports only: ${allowed.join(", ")}.`,
            severity: "error",
            from: { path: `^src/${folder}/` },
            to: { path: "^src/", pathNot: `^src/(${allowed.join("|")})/` },
        };
    }),
);

/** A stage imports lower-numbered stages only. */
const stageRules = [1, 2, 3, 4, 5, 6, 7].map((stage) => ({
    name: `stage-${stage}`,
    comment: "Data flows from stage to stage in the order of their numbers.",
    severity: "error",
    from: { path: `^src/pipeline/${stage}-` },
    to: { path: `^src/pipeline/[${stage + 1}-9]-` },
}));

module.exports = {
    forbidden: [
        ...layerRules,
        ...stageRules.slice(0, -1),
        {
            name: "layer-convert",
            comment:
                "src/convert imports only: convert, diagnostics, math, format, gpu, networks, pipeline, animation.",
            severity: "error",
            from: { path: "^src/convert/" },
            to: { path: "^src/", pathNot: "^src/(convert|diagnostics|math|format|gpu|networks|pipeline|animation)/" },
        },
        {
            name: "layer-cli",
            comment:
                "src/cli imports only: cli, diagnostics, math, format, gpu, networks, pipeline, animation, avatar, convert.",
            severity: "error",
            from: { path: "^src/cli/" },
            to: {
                path: "^src/",
                pathNot: "^src/(cli|diagnostics|math|format|gpu|networks|pipeline|animation|avatar|convert)/",
            },
        },
        {
            name: "index-over-pure",
            comment: "src/index.ts is src/pure.ts and one call: any other import would be bundled a second time.",
            severity: "error",
            from: { path: "^src/index\\.ts$" },
            to: { path: "^src/", pathNot: "^src/pure\\.ts$" },
        },
        {
            name: "no-index-import",
            comment: "Import the file that defines a thing, never a collection.",
            severity: "error",
            from: { path: "^src/" },
            to: { path: "/index\\.ts$", pathNot: "node_modules" },
        },
        {
            name: "no-pure-import",
            comment: "Entries are collections; only the one with the side effect stands above src/pure.ts.",
            severity: "error",
            from: { path: "^src/", pathNot: "^src/index\\.ts$" },
            to: { path: "^src/(pure|motion)\\.ts$" },
        },
        {
            name: "no-cycle",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "babylon-only-above-the-pipeline",
            comment: "Numbers, bytes and kernels know no engine.",
            severity: "error",
            from: { path: "^src/", pathNot: "^src/(avatar|animation|cli)/" },
            to: { path: "@babylonjs/" },
        },
        {
            name: "onnx-runtime-only-in-networks",
            comment: "One place knows the runtime of networks, and loads it when an avatar has some.",
            severity: "error",
            from: { path: "^(src|sandbox)/", pathNot: "^src/networks/" },
            to: { path: "onnxruntime" },
        },
        {
            name: "node-only-in-the-command",
            comment: "The library runs in browsers.",
            severity: "error",
            from: { path: "^(src|sandbox)/", pathNot: "^src/cli/" },
            to: { dependencyTypes: ["core"] },
        },
        {
            name: "library-knows-no-guest",
            severity: "error",
            from: { path: "^src/" },
            to: { path: "^(sandbox|test)/" },
        },
        {
            name: "resolvable",
            comment: "Benches measure the package as it is built, which need not be there yet.",
            severity: "error",
            from: { pathNot: "^test/bench/" },
            to: { couldNotResolve: true },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
    },
};
