/** A `.wgsl` file imported as text: webpack's `asset/source` in builds, test/support/wgslTransform.mjs in jest. */
declare module "*.wgsl" {
    const source: string;
    export default source;
}
