import { describe, expect, it } from "@jest/globals";
import { ComposeShader, F32, U32 } from "../../../src/gpu/shaderComposer.js";

const Library = {
    includes: { base: "fn base() {}\n", derived: "#include <base>\nfn derived() {}\n" },
    constants: { Size: U32(256), Step: F32(1e-7), Half: F32(0.5), Whole: F32(3) },
};

describe("shader composition", () => {
    it("declares constants ahead of the text, each in its WGSL type", () => {
        expect(ComposeShader("fn main() {}", Library)).toBe(
            "const Size: u32 = 256u;\nconst Step: f32 = 1e-7f;\nconst Half: f32 = 0.5f;\nconst Whole: f32 = 3f;\nfn main() {}",
        );
    });

    it("puts every include in once, where it is first asked for, and those that it asks for ahead of it", () => {
        const text = ComposeShader("#include <derived>\n#include <base>\nfn main() {}", { ...Library, constants: {} });
        expect(text.replace(/\n+/g, "\n")).toBe("\nfn base() {}\nfn derived() {}\nfn main() {}".slice(1));
    });

    it("ignores what only looks like an include", () => {
        const source = "// see #include <nowhere>\nfn main() {}";
        expect(ComposeShader(source, { includes: {}, constants: {} })).toBe(source);
    });

    it("names an unknown include and the known ones", () => {
        expect(() => ComposeShader("#include <missing>", Library)).toThrow(/<missing>.*base, derived/);
    });
});
