import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import CopyPlugin from "copy-webpack-plugin";
import HtmlPlugin from "html-webpack-plugin";
import webpack from "webpack";

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, "src");

/**
 * Modules whose classes must be the same object for every entry, so that `instanceof AvatarError` holds whichever entry
 * threw. Each is built once, and the other entries import the built file.
 */
const shared = {
    "diagnostics/avatarError": join(source, "diagnostics", "avatarError"),
    "format/avatarFormatError": join(source, "format", "avatarFormatError"),
    "animation/rig/rigError": join(source, "animation", "rig", "rigError"),
    "animation/retarget/retargetError": join(source, "animation", "retarget", "retargetError"),
};

const compilerOptions = {
    noEmit: false,
    // Else `import { type X } from "y"` leaves `import "y"` behind, and what was only a type is loaded at run time.
    verbatimModuleSyntax: false,
};

const rules = [
    {
        test: /\.ts$/,
        loader: "ts-loader",
        options: { transpileOnly: true, configFile: join(root, "tsconfig.json"), compilerOptions },
    },
    { test: /\.wgsl$/, type: "asset/source", loader: join(root, "shaders", "stripComments.mjs") },
];

const base = {
    context: root,
    devtool: "source-map",
    resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
    module: { rules },
};

/**
 * Packages that are built into our files, licences in NOTICE. glTF-Transform's reader for Node imports `node:fs`, on which
 * other people's bundlers for the web give up.
 */
const builtIn =
    /^(?:@gltf-transform\/|property-graph$|ktx-parse$|meshoptimizer$|parse-exr$|yaml$|@?protobufjs\/|long$)/;

/**
 * ONNX Runtime, which only avatars with networks need, stays an import inside `try`: so bundlers of applications that do not
 * have the package warn, and go on.
 */
const optional = /^onnxruntime-web\//;

/** Packages stay imports, and so do the entries and shared modules that are built on their own, seen from `file`. */
function external(file, entries) {
    return ({ context, request }, callback) => {
        if (builtIn.test(request)) {
            callback();
            return;
        }
        if (optional.test(request)) {
            const load = `try { return await import(${JSON.stringify(request)}); } catch (error) { throw error; }`;
            callback(null, `promise (async () => { ${load} })()`);
            return;
        }
        if (/^(?:[^./]|\.\.?$)/.test(request) && !/^[A-Za-z]:/.test(request)) {
            callback(null, request);
            return;
        }
        const path = resolve(context ?? root, request).replace(/\.(?:js|ts)$/, "");
        const entry = Object.keys(entries).find((name) => entries[name] === path);
        callback(null, entry && `${"../".repeat(file.split("/").length - 1) || "./"}${entry}.js`);
    };
}

/** One bundle a configuration: several entries in one would bring webpack's run time into every file. */
function library(name, file, { entries = shared, ...options } = {}) {
    return {
        ...base,
        name,
        entry: { [name]: file },
        experiments: { outputModule: true },
        externalsType: "module-import",
        externals: [external(name, entries)],
        output: {
            path: join(root, "dist"),
            filename: `${name}.js`,
            chunkFilename: `${name}-[name].js`,
            module: true,
            library: { type: "modern-module" },
            devtoolModuleFilenameTemplate: (info) =>
                relative(join(root, "dist"), info.absoluteResourcePath).split(sep).join("/"),
        },
        optimization: { minimize: false },
        performance: { hints: false }, // the size that counts is watched by .size-limit.json
        module: { ...base.module, parser: { javascript: { importMeta: false, createRequire: false, url: false } } },
        ...options,
    };
}

/** glTF-Transform asks for these when it reads from disk, which we never let it do. */
const withoutNode = new webpack.IgnorePlugin({ resourceRegExp: /^node:/ });

const sandbox = {
    ...base,
    name: "sandbox",
    entry: { sandbox: join(root, "sandbox", "index.ts") },
    resolve: {
        ...base.resolve,
        alias: {
            "babylon-gaussian-avatar$": join(source, "index.ts"),
            "babylon-gaussian-avatar/convert$": join(source, "convert", "index.ts"),
            "babylon-gaussian-avatar/motion$": join(source, "motion.ts"),
            "babylon-gaussian-avatar/pure$": join(source, "pure.ts"),
        },
    },
    output: { path: join(root, "dist-sandbox"), filename: "[name].[contenthash:8].js", clean: true },
    plugins: [
        withoutNode,
        new HtmlPlugin({ template: join(root, "sandbox", "index.html") }),
        new CopyPlugin({
            patterns: [
                {
                    from: join(root, "assets"),
                    to: "assets",
                    globOptions: { ignore: ["**/scripts/**"] },
                    noErrorOnMissing: true,
                },
                // For the camera of the scene "face", where somebody has installed it.
                {
                    from: "{vision_bundle.mjs,face_landmarker.task,wasm/*}",
                    context: join(root, "node_modules/@mediapipe/tasks-vision"),
                    to: "mediapipe",
                    noErrorOnMissing: true,
                },
            ],
        }),
    ],
    // An app with a 3D engine in it: the size that is watched is the library's (.size-limit.json).
    performance: { hints: false },
    // The address that the server prints stays on the screen.
    stats: "errors-warnings",
    // WebGPU works on localhost and over https, and nowhere else.
    devServer: { host: "localhost", static: [], hot: false, client: { overlay: { warnings: false } } },
};

const libraries = [
    ...Object.entries(shared).map(([name, file]) => {
        const others = Object.entries(shared).filter(([other]) => other !== name);
        return library(name, file, { entries: Object.fromEntries(others) });
    }),
    // What only avatars with networks need lies in files of that name, protobuf.js included; .size-limit.json goes by it.
    library("pure", join(source, "pure.ts"), { optimization: { minimize: false, splitChunks: false } }),
    library("index", join(source, "index.ts"), { entries: { ...shared, pure: join(source, "pure") } }),
    library("motion", join(source, "motion.ts")),
    library("convert", join(source, "convert", "index.ts"), { plugins: [withoutNode] }),
    library("cli", join(source, "cli", "main.ts"), {
        target: "node20",
        plugins: [new webpack.BannerPlugin({ banner: "#!/usr/bin/env node", raw: true, entryOnly: true })],
    }),
];

/** `webpack --env only=library` or `--env only=sandbox`; both without it. */
export default ({ only } = {}, { mode } = {}) => {
    // Source maps of the engine's thousand files would take most of a production build's time.
    sandbox.devtool = mode === "development" && "cheap-module-source-map";
    if (only === "library") {
        return libraries;
    }
    return only === "sandbox" ? sandbox : [...libraries, sandbox];
};
