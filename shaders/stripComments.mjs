/**
 * Webpack loader: shaders without comments and indentation, which would be a twentieth of the library. Lines stay lines, so
 * that messages of the shader compiler name the right ones.
 *
 * @param {string} source text of a `.wgsl` file; WGSL has no strings that could hold a `//`
 * @returns {string} the same program
 */
export default function StripComments(source) {
    return source.replace(/[ \t]*\/\/.*$/gm, "").replace(/^[ \t]+/gm, "");
}
