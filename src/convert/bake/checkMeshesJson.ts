import { type GLTF } from "@gltf-transform/core";
import { TypeComponents } from "../../format/accessorElements.js";
import { type IGltf, type IGltfAccessor } from "../../format/gltfJson.js";
import { MaxCharacterNumbers, MaxPrimitiveIndices, MaxPrimitiveVertices } from "./characterLimits.js";
import { type RefuseCharacter, RequireItem } from "./requireItem.js";

type AccessorType = IGltfAccessor["type"];

/** Element types of the attributes that the baker reads; numbered sets by their first word. */
const AttributeTypes: Readonly<Record<string, readonly AccessorType[]>> = {
    POSITION: ["VEC3"],
    NORMAL: ["VEC3"],
    TEXCOORD: ["VEC2"],
    COLOR: ["VEC3", "VEC4"],
    JOINTS: ["VEC4"],
    WEIGHTS: ["VEC4"],
};

/** Element types of what animations write. */
const OutputTypes: Readonly<Record<string, AccessorType>> = {
    translation: "VEC3",
    rotation: "VEC4",
    scale: "VEC3",
    weights: "SCALAR",
};

/**
 * Holds meshes, skins and animations to the types and counts that the standard lays down, and to the ceilings.
 *
 * @param gltf the document, accessors and nodes already checked
 * @param rawMeshes its meshes with the fields that `gltf` does not have
 */
export function CheckMeshesJson(gltf: IGltf, rawMeshes: readonly GLTF.IMesh[], refuse: RefuseCharacter): void {
    const uses = new Uint32Array(gltf.meshes.length);
    gltf.nodes.forEach(({ mesh }) => {
        if (mesh !== undefined) {
            uses[mesh]!++;
        }
    });
    let numbers = 0;
    rawMeshes.forEach(({ primitives }, m) => {
        primitives.forEach((primitive, p) => {
            const path = `/meshes/${m}/primitives/${p}`;
            numbers += CheckPrimitive(gltf, primitive, path, refuse) * Math.max(1, uses[m]!);
            if (numbers > MaxCharacterNumbers) {
                refuse("too-large", path, `the meshes have more than ${MaxCharacterNumbers} numbers: reduce the model`);
            }
        });
    });
    CheckSkins(gltf, refuse);
    CheckAnimations(gltf, refuse);
}

/** Gives how many numbers a primitive has. */
function CheckPrimitive(gltf: IGltf, primitive: GLTF.IMeshPrimitive, path: string, refuse: RefuseCharacter): number {
    if (primitive.attributes.POSITION === undefined) {
        return 0;
    }
    const vertices = gltf.accessors[primitive.attributes.POSITION]?.count ?? 0;
    if (vertices > MaxPrimitiveVertices) {
        const remedy = `at most ${MaxPrimitiveVertices} are read: reduce the model`;
        refuse("too-large", `${path}/attributes/POSITION`, `${vertices} vertices; ${remedy}`);
    }
    let numbers = 0;
    const maps: [Readonly<Record<string, number>>, string][] = [[primitive.attributes, `${path}/attributes`]];
    primitive.targets?.forEach((target, t) => maps.push([target, `${path}/targets/${t}`]));
    for (const [attributes, at] of maps) {
        for (const [semantic, index] of Object.entries(attributes)) {
            const accessor = RequireItem(gltf.accessors, index, `${at}/${semantic}`, "accessor", refuse);
            const types = AttributeTypes[semantic.replace(/_\d+$/, "")];
            if (types && !types.includes(accessor.type)) {
                refuse("invalid-gltf", `${at}/${semantic}`, `${accessor.type}, must be ${types.join(" or ")}`);
            }
            if (accessor.count !== vertices) {
                const found = `${accessor.count} elements for ${vertices} vertices`;
                refuse("invalid-gltf", `${at}/${semantic}`, `${found}: export the model again`);
            }
            numbers += vertices * TypeComponents[accessor.type];
        }
    }
    if (primitive.indices === undefined) {
        return numbers;
    }
    const indices = RequireItem(gltf.accessors, primitive.indices, `${path}/indices`, "accessor", refuse);
    if (indices.type !== "SCALAR") {
        refuse("invalid-gltf", `${path}/indices`, `${indices.type}, must be SCALAR`);
    }
    if (indices.count > MaxPrimitiveIndices) {
        const remedy = `at most ${MaxPrimitiveIndices} are read: reduce the model`;
        refuse("too-large", `${path}/indices`, `${indices.count} indices; ${remedy}`);
    }
    return numbers + indices.count;
}

function CheckSkins({ skins, nodes, accessors }: IGltf, refuse: RefuseCharacter): void {
    skins.forEach(({ joints, inverseBindMatrices }, s) => {
        joints.forEach((joint, j) => RequireItem(nodes, joint, `/skins/${s}/joints/${j}`, "node", refuse));
        if (inverseBindMatrices === undefined) {
            return;
        }
        const path = `/skins/${s}/inverseBindMatrices`;
        const { type, count } = RequireItem(accessors, inverseBindMatrices, path, "accessor", refuse);
        if (type !== "MAT4" || count < joints.length) {
            refuse("invalid-gltf", path, `${count} ${type}, must be a MAT4 for each of ${joints.length} joints`);
        }
    });
}

function CheckAnimations({ animations, nodes, accessors }: IGltf, refuse: RefuseCharacter): void {
    animations.forEach(({ channels, samplers }, a) => {
        channels.forEach(({ sampler: index, target }, c) => {
            const at = `/animations/${a}/channels/${c}`;
            const sampler = RequireItem(samplers, index, `${at}/sampler`, "sampler", refuse);
            if (target.node !== undefined) {
                RequireItem(nodes, target.node, `${at}/target/node`, "node", refuse);
            }
            const path = `/animations/${a}/samplers/${index}`;
            const input = RequireItem(accessors, sampler.input, `${path}/input`, "accessor", refuse);
            const output = RequireItem(accessors, sampler.output, `${path}/output`, "accessor", refuse);
            const wanted = OutputTypes[target.path];
            if (input.type !== "SCALAR") {
                refuse("invalid-gltf", `${path}/input`, `${input.type}, must be SCALAR`);
            }
            if (wanted === undefined) {
                return;
            }
            if (output.type !== wanted) {
                refuse("invalid-gltf", `${path}/output`, `${output.type}, must be ${wanted} for ${target.path}`);
            }
            const keys = input.count * (sampler.interpolation === "CUBICSPLINE" ? 3 : 1);
            if (target.path === "weights" ? output.count % keys !== 0 : output.count !== keys) {
                refuse("invalid-gltf", `${path}/output`, `${output.count} values do not fit ${input.count} keys`);
            }
        });
    });
}
