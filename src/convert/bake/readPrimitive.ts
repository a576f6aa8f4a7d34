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
 * @param primitive the primitive, its attributes as long as POSITION
 * @param name name of the mesh, for messages
 * @param targetNames names of the morph targets, as far as the mesh has them
 * @param onWarning told where values that are no numbers were replaced
 * @returns null for points, lines and primitives without triangles
 * @throws AvatarBakeError when a position or weight is not finite or an index is out of range
 */
export function ReadPrimitive(
    primitive: Primitive,
    name: string,
    targetNames: readonly string[],
    onWarning: (message: string) => void,
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
    // Exporters write such texture coordinates for faces without area, and normals likewise: the rest is worth baking.
    const read = (semantic: string, size: number, substitute: number): Float32Array | null => {
        const accessor = primitive.getAttribute(semantic);
        return accessor && Mend(ReadFloats(accessor, size), substitute, semantic, name, onWarning);
    };
    return {
        positions,
        normals: read("NORMAL", 3, 0),
        texCoords: [0, 1, 2, 3].map((set) => read(`TEXCOORD_${set}`, 2, 0)),
        colors: read("COLOR_0", 4, 1),
        ...ReadWeights(primitive, position.getCount(), name),
        indices,
        morphs: primitive.listTargets().flatMap((target, i) => {
            const accessor = target.getAttribute("POSITION");
            if (!accessor) {
                return [];
            }
            const morph = targetNames[i] || target.getName() || `morph${i}`;
            return [
                { name: morph, deltas: Mend(ReadFloats(accessor, 3), 0, `morph target "${morph}"`, name, onWarning) },
            ];
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

/** Replaces, in place, what is no finite number, and says so. */
function Mend(
    values: Float32Array,
    substitute: number,
    what: string,
    name: string,
    onWarning: (message: string) => void,
): Float32Array {
    let mended = 0;
    values.forEach((value, i) => {
        if (!Number.isFinite(value)) {
            values[i] = substitute;
            mended++;
        }
    });
    if (mended > 0) {
        onWarning(`Mesh "${name}": ${mended} values of ${what} are not finite; ${substitute} is used in their stead.`);
    }
    return values;
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
