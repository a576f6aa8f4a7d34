import { FaceError } from "./faceError.js";
import { ArkitCount, ArkitIndices, type ArkitName } from "./vocabulary/arkit.js";
import { FindKnownShape } from "./vocabulary/knownShapes.js";

/** Weights by name: ARKit shapes (`jawOpen`), visemes (`viseme_PP`), whole expressions (`happy`), action units (`AU12L`). */
export type Expression = Readonly<Record<string, number>>;

/**
 * The 52 shapes of an expression.
 *
 * @param expression weights by name, in any scheme that is known
 * @returns [52] weights, added up
 * @throws FaceError `face-unknown-shape` when a name means nothing or a weight is no number
 */
export function ShapesOfExpression(expression: Expression): Float32Array {
    const shapes = new Float32Array(ArkitCount);
    for (const [name, weight] of Object.entries(expression)) {
        const known = FindKnownShape(name);
        if (known === null) {
            throw new FaceError(
                "face-unknown-shape",
                `"${name}" is no expression that is known: use ARKit shapes (jawOpen, mouthSmileLeft), visemes (viseme_PP) or ` +
                    "expressions (happy, angry, blink).",
            );
        }
        if (typeof weight !== "number" || !Number.isFinite(weight)) {
            throw new FaceError(
                "face-unknown-shape",
                `The weight of "${name}" is ${String(weight)}: it must be 0 to 1.`,
            );
        }
        for (const [shape, share] of Object.entries(known.shapes)) {
            shapes[ArkitIndices[shape as ArkitName]]! += weight * share;
        }
    }
    return shapes;
}
