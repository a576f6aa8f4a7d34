import { type Accessor, type Primitive } from "@gltf-transform/core";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type ICharacterMesh } from "./riggedCharacter.js";

const Triangles = 4;
const TriangleStrip = 5;
const TriangleFan = 6;

/** Geometry of one glTF primitive. */
export type CharacterGeometry = Omit<ICharacterMesh, "name" | "node" | "skin" | "material">;

/**
 * Reads positions, attributes, weights and morph targets of a primitive as floats (quantised data is undone).
 *
 * @returns null for points, lines and primitives without triangles
 * @throws AvatarBakeError when a position or weight is not finite or an index is out of range
 */
export function ReadPrimitive(
    primitive: Primitive,
    name: string,
    targetNames: readonly string[],
): CharacterGeometry | null {
    const position = primitive.getAttribute("POSITION");
    const indices = position && ReadIndices(primitive, position.getCount());
    if (!position || !indices || indices.length === 0) {
        return null;
    }
    const positions = ReadFloats(position, 3);
    RequireFinite(positions, "POSITION", name);
    if (indices.some((index) => index >= position.getCount())) {
        throw new AvatarBakeError(
            "invalid-values",
            `Mesh "${name}" has an index beyond its ${position.getCount()} vertices.`,
        );
    }
    const normal = primitive.getAttribute("NORMAL");
    const texCoords = [0, 1, 2, 3].map((set) => {
        const accessor = primitive.getAttribute(`TEXCOORD_${set}`);
        return accessor ? ReadFloats(accessor, 2) : null;
    });
    return {
        positions,
        normals: normal ? ReadFloats(normal, 3) : null,
        texCoords,
        colors: ReadColors(primitive.getAttribute("COLOR_0")),
        ...ReadWeights(primitive, position.getCount(), name),
        indices,
        morphs: primitive.listTargets().flatMap((target, i) => {
            const deltas = target.getAttribute("POSITION");
            return deltas
                ? [{ name: targetNames[i] || target.getName() || `morph${i}`, deltas: ReadFloats(deltas, 3) }]
                : [];
        }),
    };
}

function ReadFloats(accessor: Accessor, size: number): Float32Array {
    const out = new Float32Array(accessor.getCount() * size);
    const element = new Array<number>(accessor.getElementSize());
    for (let i = 0; i < accessor.getCount(); i++) {
        accessor.getElement(i, element);
        for (let k = 0; k < size; k++) {
            out[i * size + k] = element[k] ?? 1;
        }
    }
    return out;
}

function ReadColors(accessor: Accessor | null): Float32Array | null {
    return accessor ? ReadFloats(accessor, 4) : null;
}

function ReadWeights(
    primitive: Primitive,
    count: number,
    name: string,
): { influences: number; joints: Uint16Array; weights: Float32Array } {
    const sets: { joints: Accessor; weights: Accessor }[] = [];
    for (let set = 0; ; set++) {
        const joints = primitive.getAttribute(`JOINTS_${set}`);
        const weights = primitive.getAttribute(`WEIGHTS_${set}`);
        if (!joints || !weights) {
            break;
        }
        sets.push({ joints, weights });
    }
    const influences = sets.length * 4;
    const joints = new Uint16Array(count * influences);
    const weights = new Float32Array(count * influences);
    sets.forEach((set, s) => {
        const [indices, values] = [ReadFloats(set.joints, 4), ReadFloats(set.weights, 4)];
        RequireFinite(values, `WEIGHTS_${s}`, name);
        for (let v = 0; v < count; v++) {
            joints.set(indices.subarray(v * 4, v * 4 + 4), v * influences + s * 4);
            weights.set(values.subarray(v * 4, v * 4 + 4), v * influences + s * 4);
        }
    });
    return { influences, joints, weights };
}

function ReadIndices(primitive: Primitive, vertexCount: number): Uint32Array | null {
    const accessor = primitive.getIndices();
    const count = accessor?.getCount() ?? vertexCount;
    const list = Uint32Array.from({ length: count }, (_, i) => accessor?.getScalar(i) ?? i);
    const mode = primitive.getMode();
    if (mode === Triangles) {
        return list.subarray(0, list.length - (list.length % 3));
    }
    if (mode !== TriangleStrip && mode !== TriangleFan) {
        return null;
    }
    const out: number[] = [];
    for (let i = 0; i + 2 < list.length; i++) {
        const flipped = mode === TriangleStrip && i % 2 === 1;
        const [a, b, c] = mode === TriangleFan ? [0, i + 1, i + 2] : flipped ? [i + 1, i, i + 2] : [i, i + 1, i + 2];
        out.push(list[a]!, list[b]!, list[c]!);
    }
    return Uint32Array.from(out);
}

function RequireFinite(values: Float32Array, attribute: string, name: string): void {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
        throw new AvatarBakeError(
            "invalid-values",
            `Mesh "${name}": ${attribute} holds ${values[bad]} at number ${bad}. Export the model again.`,
        );
    }
}
