/** Jest transform: a `.wgsl` file becomes a module whose default export is its text. */
export default {
    process(source) {
        return { code: `export default ${JSON.stringify(source)};` };
    },
};
