/** A number that TypeScript and WGSL share; made with {@link U32} or {@link F32}. */
export interface IShaderConstant {
    /** WGSL type of the constant. */
    readonly type: "u32" | "f32";
    /** Value of the constant. */
    readonly value: number;
}

/**
 * Declares a shared constant of WGSL type `u32`.
 * @param value an integer, 0..2³²−1
 * @returns the constant
 */
export function U32(value: number): IShaderConstant {
    return { type: "u32", value };
}

/**
 * Declares a shared constant of WGSL type `f32`.
 * @param value any finite number; WGSL rounds it to single precision
 * @returns the constant
 */
export function F32(value: number): IShaderConstant {
    return { type: "f32", value };
}

/** What a shader text may refer to. */
export interface IShaderLibrary {
    /** Text of every include, by the name that stands between the angle brackets. */
    readonly includes: Readonly<Record<string, string>>;
    /** Constants declared ahead of the text, by their WGSL name. */
    readonly constants: Readonly<Record<string, IShaderConstant>>;
}

const IncludeLine = /^[ \t]*#include[ \t]*<([^>]+)>[ \t]*$/gm;

/**
 * Makes plain WGSL out of a shader file: `#include <name>` on a line of its own is replaced by the named text (once, however
 * often it is asked for; includes may include), and the library's constants are declared ahead of it.
 *
 * @param source text of the shader file
 * @param library the includes and constants it may use
 * @returns WGSL for `createShaderModule`
 * @throws Error when an include is not in the library: a mistake in this repository, never in a user's data
 *
 * @example
 * ```ts
 * ComposeShader("#include <finite>\n@compute …", { includes: { finite }, constants: { WorkgroupSize: U32(256) } });
 * // → "const WorkgroupSize: u32 = 256u;\n" + the text of finite + "\n@compute …"
 * ```
 */
export function ComposeShader(source: string, library: IShaderLibrary): string {
    const included = new Set<string>();
    const expand = (text: string): string =>
        text.replace(IncludeLine, (_line, name: string) => {
            if (included.has(name)) {
                return "";
            }
            included.add(name);
            const body = library.includes[name];
            if (body === undefined) {
                throw new Error(
                    `Shader include <${name}> is unknown; known are ${Object.keys(library.includes).join(", ")}.`,
                );
            }
            return expand(body);
        });
    return DeclareConstants(library.constants) + expand(source);
}

function DeclareConstants(constants: Readonly<Record<string, IShaderConstant>>): string {
    let text = "";
    for (const [name, { type, value }] of Object.entries(constants)) {
        text += `const ${name}: ${type} = ${value}${type === "u32" ? "u" : "f"};\n`;
    }
    return text;
}
