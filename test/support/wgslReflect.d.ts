/** The entry of wgsl_reflect that loads as an ES module in Node; the package declares types for its other entry only. */
declare module "wgsl_reflect/wgsl_reflect.module.js" {
    export * from "wgsl_reflect";
}
