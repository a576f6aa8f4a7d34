import { createHash } from "node:crypto";
import { createTransformer } from "@swc/jest";

/**
 * Jest runs tests in a context of its own, where every look-up of a global goes through Node and takes 100 ns and more: loops
 * with `Math` in them take twenty times what they take outside. So modules hold the built-in names that they compute with.
 */
const Names = [
    "Array, ArrayBuffer, DataView, Infinity, Map, Math, NaN, Number, Object, Set, String",
    "Float32Array, Float64Array, Int8Array, Int16Array, Int32Array",
    "Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array",
].join(", ");

// On the line of the first statement, so that line numbers stay.
const Header = `const { ${Names} } = globalThis;`;

/** Jest transform: TypeScript becomes JavaScript, by swc. */
export default {
    createTransformer(options) {
        const inner = createTransformer(options);
        const withHeader = (result) => ({ ...result, code: Header + result.code });
        return {
            ...inner,
            process: (...source) => withHeader(inner.process(...source)),
            processAsync: async (...source) => withHeader(await inner.processAsync(...source)),
            getCacheKey: (...source) =>
                createHash("sha1")
                    .update(Header + inner.getCacheKey(...source))
                    .digest("hex"),
        };
    },
};
